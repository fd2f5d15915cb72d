// Running sums: sequential along the axis, many columns at a time.
#include "axis.h"

typedef struct {
  ck_cumulative sum;
  ck_dtype dtype;
  ck_axis axis;
  int64_t tiles;
  const void *in;
  void *out;
} job;

static void sum_task(void *context, int64_t index) {
  const job *j = context;
  const ck_axis *a = &j->axis;
  int64_t outer = index / j->tiles, tile = index % j->tiles;
  int64_t first = ck_cut(a->inner, j->tiles, tile), width = ck_cut(a->inner, j->tiles, tile + 1) - first;
  const char *in = ck_at(j->in, j->dtype, outer * a->outer_stride + first * a->inner_stride);
  char *out = (char *)ck_at(j->out, j->dtype, outer * a->length * a->inner + first);
  j->sum(a->length, width, in, a->stride, a->inner_stride, out, a->inner);
}

void ck_cumulative_sum(ck_dtype dtype, ck_axis axis, const void *in, void *out) {
  if (axis.outer <= 0 || axis.length <= 0 || axis.inner <= 0) return;
  job j = {ck_kernels()->blocks.cumulative_sum[dtype], dtype, axis, ck_pieces(axis.inner, CK_TILE), in, out};
  double work = 1.0 * (double)axis.outer * (double)axis.length * (double)axis.inner;
  ck_parallel(axis.outer * j.tiles, work, sum_task, &j);
}
