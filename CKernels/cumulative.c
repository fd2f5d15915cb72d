// Running sums: sequential along the axis, many rows or columns to a task.
#include "drivers.h"

typedef struct {
  ck_cumulative_blocks blocks;
  ck_dtype dtype;
  ck_axis axis;
  int64_t tiles;
  const void *in;
  void *out;
} job;

static void rows_task(void *context, int64_t index) {
  const job *j = context;
  const ck_axis *a = &j->axis;
  int64_t first = ck_cut(a->outer, j->tiles, index), count = ck_cut(a->outer, j->tiles, index + 1) - first;
  j->blocks.rows(a->length, count, ck_at(j->in, j->dtype, first * a->outer_stride), a->stride, a->outer_stride,
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
    j.tiles = ck_pieces(axis.outer, ck_most(4096 / axis.length, 1));  // at least some microseconds to a task
    ck_parallel(j.tiles, work, rows_task, &j);
  } else {
    j.tiles = ck_pieces(axis.inner, CK_TILE);
    ck_parallel(axis.outer * j.tiles, work, columns_task, &j);
  }
}
