// The kernels' own test in C, for machines on which Swift does not run: Scripts/check-aarch64 builds it for x86-64 and for
// aarch64. It walks every table of CKernels on inputs that come from a seed, compares results with plain scalar code in
// long double, and prints for each operation and type a digest of the bits of all results. Two runs that print the same
// lines computed the same bits.
#ifndef CK_NATIVE_H
#define CK_NATIVE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../CKernels/table.h"

// The families, one file each.
void test_elementwise(void);
void test_conversions(void);
void test_reductions(void);
void test_softmax(void);
void test_matmul(void);
void test_random(void);
void test_programs(void);
void test_positions(void);

// What a family calls around one operation, and for results in between. All results of one operation count.
void begin(const char *family, const char *name, ck_dtype dtype);
void digest(ck_dtype dtype, int64_t count, const void *results);
void end(void);
// Prints the message, for the first few of an operation, and fails the run where the condition does not hold.
void expect(bool condition, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Inputs: the same on every machine, as only integer arithmetic and single exact or rounded operations make them.
typedef struct {
  uint64_t state;
} generator;
uint64_t draw(generator *g);
int64_t draw_below(generator *g, int64_t bound);
// WILD: every bit pattern and the numbers at which something happens, among plain ones. TAME: within -4 ... 4.
typedef enum { WILD, TAME } temper;
void *draw_block(ck_dtype dtype, int64_t count, temper t, uint64_t seed);  // to be freed
int landmarks(ck_dtype dtype, int index, void *out);                       // how many; sets out[0] to the one at index
void *block(ck_dtype dtype, int64_t count);                                // zeros, to be freed

// Elements as numbers. long double holds every value of every dtype.
long double get(ck_dtype dtype, const void *data, int64_t index);
uint64_t bits_at(ck_dtype dtype, const void *data, int64_t index);  // of NaN always the same: its sign and payload are free
bool same_bits(ck_dtype dtype, int64_t count, const void *a, const void *b);
const char *dtype_name(ck_dtype dtype);
static inline bool is_real(ck_dtype dtype) { return dtype == CK_FLOAT32 || dtype == CK_FLOAT64; }

static inline bool is_defined(ck_operation operation, ck_dtype dtype) {
  const ck_operation_info info = ck_describe(operation);
  return is_real(dtype) ? !info.whole : !info.real;
}

// The distance of a float32 or float64 result from the true value, in units in the last place of the latter.
double ulps(ck_dtype dtype, long double result, long double truth);
long double epsilon(ck_dtype dtype);  // 2^-23 or 2^-52

// What an operation should give; false where there is no reference for it (references.c).
bool real_reference(const char *name, ck_dtype dtype, const long double x[3], long double *truth);
bool whole_reference(const char *name, const int64_t x[3], int64_t *truth);

// A view of a contiguous operand of a loop.
ck_operand contiguous(ck_dtype dtype, void *data, int rank, const int64_t *shape);
// Runs one operation over `count` elements of each operand, contiguous.
void apply(int operation, ck_dtype dtype, int64_t count, const void *const x[3], void *out);

#endif
