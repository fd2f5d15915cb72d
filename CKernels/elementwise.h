// The elementwise functions of one instruction set (rows.inc, copy.inc, transpose.inc, joined.inc).
#ifndef CK_ELEMENTWISE_H
#define CK_ELEMENTWISE_H

#include "include/CKernels.h"

// A row of one operation: n elements, contiguous. Bit i of `repeats` set: operand i is one element, repeated.
// CK_PAST_CACHES set: `out` is 64-byte aligned and written past the caches, but for a last part of less than 64 bytes.
// `out` may be the same row as any operand. Operands past the arity are not read.
enum { CK_PAST_CACHES = 8 };

// Bytes of results that are out of the caches before anybody reads them: half of a last-level cache, of those that one core
// reaches. (What the system says is of no use: on some machines it is the sum over the whole processor.)
enum { CK_LARGE_RESULTS = 16 << 20 };

// Bytes of results and operands among which small results, bools, are out of the caches as well.
enum { CK_LARGE_PASSES = 48 << 20 };

// The operations that compare, in their order there.
#define CK_COMPARISONS(X) X(eq) X(ne) X(lt) X(le) X(gt) X(ge)
enum { CK_COMPARISON_COUNT = CK_ge - CK_eq + 1 };

static inline bool ck_compares(ck_operation operation) { return operation >= CK_eq && operation <= CK_ge; }

typedef void (*ck_row)(int64_t n, void *out, const void *a, const void *b, const void *c, int repeats);

// sigmoid and sigmoid_slope of one operand, with one exponential: the bits of the two rows. `out` is not `a`.
typedef void (*ck_sigmoids)(int64_t n, void *out, void *slope, const void *a);

// n elements from one dtype to another, with strides; contiguous ones past the caches, if so wanted, where `out` is 64-byte aligned.
typedef void (*ck_convert)(int64_t n, void *out, int64_t out_stride, const void *in, int64_t in_stride, bool past);

// How a matrix is turned.
enum {
  CK_READ_ON = 1,   // the rows of `in` go on, are in no cache, and will be wanted next
  CK_TO_SLOT = 2,   // `out` is in the first-level cache
};

// out[i, j] = in[j, i], rows by columns; a row's elements are contiguous.
typedef void (*ck_turn)(int64_t rows, int64_t columns, void *out, int64_t out_stride, const void *in,
                        int64_t in_stride, int how);

// out[i, j] = mine[i, j] and in[j, i], joined by an operation, past the caches; `first`: in[j, i] is its first operand. Rows of `out`
// begin at a line.
typedef void (*ck_join)(bool first, int64_t rows, int64_t columns, void *out, int64_t out_stride, const void *mine,
                        int64_t mine_stride, const void *in, int64_t in_stride);

typedef struct {
  ck_row rows[CK_OPERATION_COUNT][4];   // by operation and compute type; NULL where it is not defined
  ck_row asks[CK_COMPARISON_COUNT][4];  // comparisons with bytes of 0 and 1 for `out`
  ck_row choose[4];                     // `where`, with bytes of 0 and 1 for `a`
  ck_sigmoids sigmoids[2];              // float32, float64
  ck_convert load[CK_DTYPE_COUNT][4];   // from any dtype to a compute type
  ck_convert store[4][CK_DTYPE_COUNT];  // and back
  ck_turn turn[4];                      // of elements of 1, 2, 4 and 8 bytes
  ck_turn turn_past[2];                 // of 4 and 8, past the caches: rows of `out` begin at a line
  ck_join joins[CK_OPERATION_COUNT][2];  // of float32 and float64; NULL where there is none
} ck_elementwise;

// The row of an operation, which `asks` for bools or `chooses` by them where it is said to.
static inline ck_row ck_row_of(const ck_elementwise *kernels, ck_operation operation, ck_dtype compute, bool asks,
                               bool chooses) {
  if (asks) return kernels->asks[operation - CK_eq][compute];
  return chooses ? kernels->choose[compute] : kernels->rows[operation][compute];
}

#endif
