// What the drivers of blocks share (reduce.c, softmax.c and its kin, short_rows.c, cumulative.c, matmul.c, matvec.c, random.c).
#ifndef CK_DRIVERS_H
#define CK_DRIVERS_H

#include "table.h"

// In nanoseconds: a loop that takes less on one thread stays there, since a waiting team costs 1 to 2 µs to call. Measured on four
// cores, with add, multiply and the worked examples at 64Ki elements: 5 and 10 µs are as good, 20 is twice as slow.
enum { CK_WORTHWHILE = 5000 };

// Where piece i starts, of a range that is cut into `pieces` equal ones.
static inline int64_t ck_cut(int64_t count, int64_t pieces, int64_t i) {
  if (count >> 31 == 0 && i >> 31 == 0) return count * i / pieces;  // a division of 128 bits takes five times as long
  return (int64_t)((__int128)count * i / pieces);
}

static inline int64_t ck_least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t ck_most(int64_t a, int64_t b) { return a > b ? a : b; }

// How many pieces of at most `most` make `count`.
static inline int64_t ck_pieces(int64_t count, int64_t most) { return (count + most - 1) / most; }

static inline const char *ck_at(const void *p, ck_dtype dtype, int64_t element) {
  return (const char *)p + element * (int64_t)ck_size(dtype);
}

// Whether a result of so many bytes is larger than the caches, and made of pieces that are whole lines: then it is written past the
// caches, where each line would else be read before it is written.
static inline bool ck_goes_past(const void *out, int64_t bytes, int64_t piece) {
  return bytes > CK_LARGE_RESULTS && (uintptr_t)out % 64 == 0 && piece % 64 == 0;
}

// log_sum_exp's states of outer * inner <= CK_STATES columns, in order. `states` has room for CK_STATES.
void ck_log_sum_exp_states(ck_dtype dtype, ck_axis axis, const void *in, ck_state states);

// Softmax of rows (inner is 1) that are short and many; else false, and nothing is done. An element costs so many nanoseconds.
#define CK_SOFTMAX_COST 0.6
bool ck_softmax_short_rows(bool logarithm, ck_dtype dtype, ck_axis axis, const void *in, void *out);

// n elements of 4 or 8 bytes, with strides in elements.
void ck_copy_elements(size_t size, int64_t n, void *out, int64_t out_stride, const void *in, int64_t in_stride);

// The product where m or n is 1, or a few, and the matrix is contiguous one way or the other; else false, and nothing is done.
bool ck_vector_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b,
                      ck_matmul_end end, void *out);

#endif
