// The block functions of one instruction set (reduce.inc, softmax.inc, matmul.inc, random.inc): serial, called on one
// block each by the drivers reduce.c, softmax.c, matmul.c and random.c, which cut the work and own the threads.
#ifndef CK_BLOCKS_H
#define CK_BLOCKS_H

#include "include/CKernels.h"

enum {
  CK_REDUCTION_COUNT = CK_DEVIATIONS + 1,
  CK_PEAK = CK_REDUCTION_COUNT,  // a maximum that passes over NaN, in a third of the instructions: part of others
  CK_VALLEY,                     // a minimum of that kind
  CK_TILE = 256,         // columns that are reduced side by side
  CK_WIDE = 1024,        // columns of which whole rows are read
  CK_STATES = 4096,      // columns whose states a driver keeps on its stack
  CK_ROW_BLOCK = 4096,   // elements of a row that are reduced before results are added in pairs
  CK_COLUMN_BLOCK = 64,  // the same for columns
  CK_GROUP = 4,          // vectors, of a row or a column, whose exponentials are added in one go
  CK_SUMMED_ROWS = 8,    // rows whose running sums are computed side by side, if there are as many
  CK_PANEL = 256,        // the k of a matmul's panel, part of its result's definition
  CK_FEW = 4,            // rows of a product that are computed as one is, while each row of b goes by
  CK_CHAINED = 32,       // lines along k that are read side by side, for a few rows
  CK_RANDOM_BLOCK = 64,  // elements from 16 Philox counters (of float64, from 32)
};

// Partial results of `width` neighbours: sum, prod, max, min keep the value; argmax and argmin also the int64 index;
// log_sum_exp the maximum as value and the sum of exp(x - maximum); deviations the mean and the sum of squared distances from it.
typedef struct {
  void *value, *extra;
} ck_state;

// One reduction of one type. `first` is the index along the axis at which the block starts.
typedef struct {
  // Reduces `width` rows of `length` elements, 1 <= length <= CK_ROW_BLOCK, each contiguous.
  void (*rows)(const void *in, int64_t length, int64_t width, int64_t width_stride, int64_t first, ck_state state);
  // Reduces contiguous columns, 1 <= length <= CK_COLUMN_BLOCK; width from one vector (64 bytes) to CK_TILE, of sum, prod, max, min
  // and log_sum_exp to CK_WIDE.
  void (*columns)(const void *in, int64_t length, int64_t stride, int64_t width, int64_t first, ck_state state);
  // left becomes left and right together, of so many elements each
  void (*merge)(int64_t width, ck_state left, ck_state right, int64_t left_count, int64_t right_count);
  void (*finish)(int64_t width, ck_state state, void *out);     // the answer from the state
} ck_reducer;

// Softmax or its logarithm, for one float type. `out` and `values`, which `rows` and `columns` need for themselves, may be `in`.
typedef struct {
  // Rows, `stride` apart, or up to CK_TILE contiguous columns, of few enough elements to stay in cache. Rows of whole lines go
  // `past` the caches from where `values` has room for two, or the only one.
  void (*rows)(bool logarithm, bool past, int64_t count, int64_t length, const void *in, int64_t stride, void *values,
               void *out);
  void (*columns)(bool logarithm, int64_t length, int64_t width, const void *in, int64_t in_stride, void *values,
                  int64_t stride, void *out, int64_t out_stride);
  // The same in steps, for a long axis: log_sum_exp's states are prepared once, then any block of the axis is written.
  void (*prepare)(bool logarithm, int64_t width, ck_state state);
  void (*write_row)(bool logarithm, int64_t length, ck_state state, const void *in, void *out);
  void (*write_columns)(bool logarithm, bool past, int64_t length, int64_t width, ck_state state, const void *in,
                        int64_t stride, void *out, int64_t out_stride);
  // With one exponential: of up to CK_STATES columns the exponentials and their sums; from the sums of whole columns what to
  // multiply by; the result from that. The first two are false where columns are not like the few elements whose maxima `peaks` are.
  bool (*exponentials)(int64_t length, int64_t width, const void *peaks, const void *in, int64_t stride, void *out,
                       int64_t out_stride, void *sums);
  bool (*terms)(int64_t width, void *sums);
  void (*scale_columns)(int64_t length, int64_t width, const void *terms, void *out, int64_t stride);
} ck_softmax_blocks;

// Layer normalisation of one row, and its gradient, for one float type; a row of whole lines goes `past` the caches if so. weight
// and bias may be NULL.
typedef struct {
  void (*row)(bool past, int64_t n, const void *in, const void *weight, const void *bias, double epsilon, void *out,
              void *mean, void *scale);
  void (*gradient_row)(bool past, int64_t n, const void *gradient, const void *in, const void *weight, const void *mean,
                       const void *scale, void *out);
} ck_normalize_blocks;

// Running sums of `width` rows (or columns, at most CK_TILE) that are in_step apart; `stride` is along the axis. Rows of whole
// lines go `past` the caches if so.
typedef struct {
  void (*rows)(bool past, int64_t length, int64_t width, const void *in, int64_t stride, int64_t in_step, void *out);
  void (*columns)(int64_t length, int64_t width, const void *in, int64_t stride, int64_t in_step, void *out,
                  int64_t out_stride);
} ck_cumulative_blocks;

// An operand of a product: packed, or rows that are `stride` apart, each of neighbours.
typedef struct {
  const void *data;
  int64_t stride;
  bool packed;
} ck_lanes;

// What is needed after a product, and comes to the second-level cache meanwhile.
typedef struct {
  const char *first, *second;
  int64_t first_bytes, second_bytes;
} ck_ahead;

// Matmul of one float type, a tile after the other. A packed operand is a sequence of panels, each `rows` of a (or `columns` of b)
// wide and k long, the elements of one k side by side, the last panel filled up with zeros.
typedef struct {
  int rows, columns;  // the part of the result that is held in registers
  void (*pack_rows)(int64_t count, int64_t k, const void *a, int64_t row_stride, int64_t k_stride, void *panels);
  void (*pack_columns)(int64_t count, int64_t k, const void *b, int64_t column_stride, int64_t k_stride, void *panels);
  // c[m, n], or if `turned` c[n, m], = a times b, and the end; k is CK_PANEL at most. Of an operand that is not packed, and ends
  // within a tile, what comes before is read as well.
  void (*multiply)(int64_t m, int64_t n, int64_t k, ck_lanes a, ck_lanes b, void *c, int64_t c_stride, bool turned,
                   ck_matmul_end end, ck_ahead ahead);
} ck_matmul_tile;

typedef struct {
  ck_matmul_tile wide, narrow, least;  // narrow: of one register's columns; least: of half as many, where that is faster
  // out[i] = or += sum over p of a[i, p] * x[p], with contiguous rows.
  void (*dot_rows)(int64_t count, int64_t k, const void *a, int64_t row_stride, const void *x, void *out, bool add);
  // out[i, j] = or += sum over p of x[i, p] * b[p, j], for at most CK_FEW rows of x, and CK_TILE contiguous columns of b.
  void (*add_columns)(int64_t rows, int64_t count, int64_t k, const void *b, int64_t k_stride, const void *x,
                      int64_t row_stride, int64_t x_stride, void *out, int64_t out_stride, bool add);
  // The rest of an end, for `count` neighbours; bias may be NULL.
  void (*finish)(int64_t count, const void *bias, int64_t bias_stride, bool rectify, void *out);
} ck_matmul_blocks;

// out[i, c] = or += sum over p of x[i, p] * b[c, p] of float32, for 2 to CK_FEW rows of x that are CK_PANEL apart, and contiguous
// rows of b, of which CK_CHAINED / 4 are read at least: where `count` is less, those before the first.
typedef void (*ck_chain)(int64_t few, int64_t count, int64_t k, const float *b, int64_t stride, const float *x, float *out,
                         int64_t out_row, int64_t out_step, bool add);

// out[m, n] = a[m, k] · b[k, n], and the end, in integers that wrap around.
typedef void (*ck_integer_matmul)(int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b, ck_matmul_end end,
                                  void *out);

// Elements first ..< first + count of a fill, where first is a multiple of CK_RANDOM_BLOCK.
typedef void (*ck_fill)(uint64_t seed, uint64_t stream, uint64_t first, int64_t count, void *out);

// Of a block of n elements, the `chosen` ones at which the mask is not 0: side by side, or from there back, with zeros between.
typedef void (*ck_select)(int64_t n, const uint8_t *mask, int64_t chosen, const void *in, void *out);

typedef struct {
  ck_reducer reducers[CK_REDUCTION_COUNT][4];  // by compute type; empty where log_sum_exp is not defined
  ck_softmax_blocks softmax[2];                // float32, float64
  ck_normalize_blocks normalize[2];            // float32, float64
  ck_cumulative_blocks cumulative_sum[4];      // by compute type
  ck_matmul_blocks matmul[2];                  // float32, float64
  ck_chain chain;
  ck_integer_matmul integer_matmul[2];         // int32, int64
  ck_fill random[2][2];                        // by distribution; float32, float64
  int64_t (*count_chosen)(int64_t n, const uint8_t *mask);  // how many bytes of a mask are not 0
  ck_select compress[4], spread[4];            // of elements of 1, 2, 4 and 8 bytes
} ck_blocks;

#endif
