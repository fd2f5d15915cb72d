// Running sums and the like: sequential along the axis, many rows or columns to a task.
#pragma STDC FP_CONTRACT OFF
#include "drivers.h"

typedef struct {
  ck_cumulative_blocks blocks;
  ck_dtype dtype;
  ck_axis axis;
  int64_t tiles;  // of columns, or of rows
  int64_t rows;   // of a tile
  bool past;      // the result is larger than the caches, and written past them
  const void *in;
  void *out;
} job;

static void rows_task(void *context, int64_t index) {
  const job *j = context;
  const ck_axis *a = &j->axis;
  const int64_t first = index * j->rows, count = ck_least(j->rows, a->outer - first);
  j->blocks.rows(j->past, a->length, count, ck_at(j->in, j->dtype, first * a->outer_stride), a->stride, a->outer_stride,
                 (char *)ck_at(j->out, j->dtype, first * a->length));
}

static void columns_task(void *context, int64_t index) {
  const job *j = context;
  const ck_axis *a = &j->axis;
  int64_t outer = index / j->tiles, tile = index % j->tiles;
  int64_t first = ck_cut(a->inner, j->tiles, tile), width = ck_cut(a->inner, j->tiles, tile + 1) - first;
  const char *in = ck_at(j->in, j->dtype, outer * a->outer_stride + first * a->inner_stride);
  char *out = (char *)ck_at(j->out, j->dtype, outer * a->length * a->inner + first);
  j->blocks.columns(a->length, width, in, a->stride, a->inner_stride, out, a->inner);
}

void ck_cumulative_sum(ck_dtype dtype, ck_axis axis, const void *in, void *out) {
  if (axis.outer <= 0 || axis.length <= 0 || axis.inner <= 0) return;
  job j = {.blocks = ck_kernels()->blocks.cumulative_sum[dtype], .dtype = dtype, .axis = axis, .in = in, .out = out};
  double work = 1.2 * (double)axis.outer * (double)axis.length * (double)axis.inner;
  if (axis.inner == 1) {
    // At least some microseconds to a task, and as many rows as run side by side.
    const int64_t least = axis.outer < CK_SUMMED_ROWS ? 1 : CK_SUMMED_ROWS;
    j.rows = ck_most(4096 / axis.length / least, 1) * least;
    j.tiles = ck_pieces(axis.outer, j.rows);
    const int64_t row = axis.length * (int64_t)ck_size(dtype);
    j.past = ck_goes_past(out, axis.outer * row, row);
    ck_parallel(j.tiles, work, rows_task, &j);
  } else {
    j.tiles = ck_pieces(axis.inner, CK_TILE);
    ck_parallel(axis.outer * j.tiles, work, columns_task, &j);
  }
}

// A task is some columns of one block; the last one may be narrow.
typedef struct {
  bool turned;  // smallest, or backwards
  ck_dtype dtype;
  ck_axis axis;
  int64_t tiles;
  const void *a, *b;
  void *out;
} scan;

static ck_axis tile_of(const scan *s, int64_t index, int64_t *in, int64_t *out) {
  ck_axis a = s->axis;
  int64_t outer = index / s->tiles, left = ck_cut(a.inner, s->tiles, index % s->tiles);
  *in = outer * a.outer_stride + left * a.inner_stride;
  *out = outer * a.length * a.inner + left;
  a.outer = 1, a.inner = ck_cut(a.inner, s->tiles, index % s->tiles + 1) - left;
  return a;
}

#define CK_CUMULATIVE_ARG(element)                                                                              \
  {                                                                                                             \
    const element *x = (const element *)s->a + in + j * a.inner_stride;                                         \
    int64_t *y = (int64_t *)s->out + out + j, best = 0;                                                         \
    for (int64_t i = 0; i < a.length; i++) {                                                                    \
      const element now = x[i * a.stride], held = x[best * a.stride];                                           \
      if (now != now || (held == held && (s->turned ? now <= held : now >= held))) best = i;                     \
      y[i * s->axis.inner] = best;                                                                              \
    }                                                                                                           \
    break;                                                                                                      \
  }

static void arg_task(void *context, int64_t index) {
  const scan *s = context;
  int64_t in, out;
  const ck_axis a = tile_of(s, index, &in, &out);
  for (int64_t j = 0; j < a.inner; j++) switch (s->dtype) {
    case CK_FLOAT32: CK_CUMULATIVE_ARG(float)
    case CK_FLOAT64: CK_CUMULATIVE_ARG(double)
    case CK_INT32: CK_CUMULATIVE_ARG(int32_t)
    default: CK_CUMULATIVE_ARG(int64_t)
    }
}

static void run_scan(scan *s, void (*task)(void *, int64_t), double each) {
  const ck_axis *a = &s->axis;
  if (a->outer <= 0 || a->length <= 0 || a->inner <= 0) return;
  s->tiles = ck_pieces(a->inner, 64);
  ck_parallel(a->outer * s->tiles, each * (double)a->outer * (double)a->length * (double)a->inner, task, s);
}

void ck_cumulative_arg(bool smallest, ck_dtype dtype, ck_axis axis, const void *in, int64_t *out) {
  scan s = {.turned = smallest, .dtype = dtype, .axis = axis, .a = in, .out = out};
  run_scan(&s, arg_task, 1.5);
}

// A product and a sum of float64 are rounded one after the other, the same everywhere.
#define CK_LINEAR_SCAN(element)                                                                                 \
  {                                                                                                             \
    const element *a = (const element *)s->a + out, *b = (const element *)s->b + out;                           \
    element *y = (element *)s->out + out;                                                                       \
    double running[64] = {0};                                                                                   \
    for (int64_t i = 0; i < tile.length; i++) {                                                                 \
      const int64_t row = (s->turned ? tile.length - 1 - i : i) * s->axis.inner;                                \
      for (int64_t j = 0; j < tile.inner; j++) {                                                                \
        const double next = (double)b[row + j];                                                                 \
        y[row + j] = (element)(running[j] = i == 0 ? next : (double)a[row + j] * running[j] + next);            \
      }                                                                                                         \
    }                                                                                                           \
    return;                                                                                                     \
  }

static void linear_task(void *context, int64_t index) {
  const scan *s = context;
  int64_t in, out;
  const ck_axis tile = tile_of(s, index, &in, &out);
  if (s->dtype == CK_FLOAT32) CK_LINEAR_SCAN(float)
  CK_LINEAR_SCAN(double)
}

void ck_linear_scan(bool backwards, ck_dtype dtype, int64_t outer, int64_t length, int64_t inner, const void *a,
                    const void *b, void *out) {
  scan s = {.turned = backwards, .dtype = dtype, .a = a, .b = b, .out = out};
  s.axis = (ck_axis){outer, length, inner, length * inner, inner, 1};
  run_scan(&s, linear_task, 2);
}
