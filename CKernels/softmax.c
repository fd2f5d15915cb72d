// softmax: results as large as the input, contiguous [outer, length, inner], so it is written as rows where inner is 1,
// else as columns. Memory is read once and written once where that can be: a row is worked on where the result lies, while it is in
// cache; columns in a buffer, whose lines follow one another, since those of the tensor may all fall into the same few cache
// sets, and since two cores that write neighbours in turn take the lines from each other. Longer ones are read in whole rows, more
// than once: short pieces of many rows are slower.
#include "softmax.h"

enum { ROWS = 16 };  // of a task

static void rows_task(void *context, int64_t index) {
  const ck_softmax_job *j = context;
  _Alignas(64) char buffer[CK_SOFTMAX_BUFFER];
  const int64_t first = ck_cut(j->axis.outer, j->parts, index), count = ck_cut(j->axis.outer, j->parts, index + 1) - first;
  const char *in = ck_at(j->in, j->dtype, first * j->axis.outer_stride);
  char *const out = (char *)ck_at(j->out, j->dtype, first * j->axis.length), *const values = j->past ? buffer : out;
  if (j->copies) ck_copy_elements(ck_size(j->dtype), j->axis.length, values, 1, in, j->axis.stride), in = values;
  j->blocks.rows(j->logarithm, j->past, count, j->axis.length, in, j->axis.outer_stride, values, out);
}

static void columns_task(void *context, int64_t index) {
  const ck_softmax_job *j = context;
  _Alignas(64) char buffer[CK_SOFTMAX_BUFFER];
  ck_softmax_tile t = ck_softmax_tile_at(j, index);
  if (j->copies) ck_softmax_bring(j, &t, buffer, j->width);
  j->blocks.columns(j->logarithm, t.length, t.width, t.in, t.stride, buffer, j->width, t.out, j->out_stride);
}

// Rows follow each other in a task, as long as no thread is idle: the end of one is computed with the beginning of the next.
static void in_rows(ck_softmax_job *j) {
  const int64_t outer = j->axis.outer, size = j->axis.length * (int64_t)ck_size(j->dtype);
  j->past = ck_goes_past(j->out, outer * size, size);
  const bool alone = j->copies || (j->past && 2 * size > CK_SOFTMAX_BUFFER);
  j->parts = ck_most(ck_pieces(outer, alone ? 1 : ROWS), ck_least(outer, 2 * ck_threads()));
  ck_parallel(j->parts, ck_softmax_work(j), rows_task, j);
}

void ck_softmax(bool logarithm, ck_dtype dtype, ck_axis axis, const void *in, void *out) {
  if (axis.outer <= 0 || axis.length <= 0 || axis.inner <= 0) return;
  const int64_t size = (int64_t)ck_size(dtype);
  ck_softmax_job j = {.logarithm = logarithm,
                      .copies = (axis.inner == 1 ? axis.stride : axis.inner_stride) != 1,
                      .dtype = dtype,
                      .blocks = ck_kernels()->blocks.softmax[dtype],
                      .axis = axis,
                      .out_outer_stride = axis.length * axis.inner,
                      .out_stride = axis.inner,
                      .parts = 1,
                      .in = in,
                      .out = out};
  if (axis.inner == 1 && ck_softmax_short_rows(logarithm, dtype, axis, in, out)) return;
  const int64_t width = (axis.inner == 1 ? CK_SOFTMAX_ROW : CK_SOFTMAX_BUFFER / size) / axis.length;
  if (width < ck_least(axis.inner, CK_SOFTMAX_NARROW)) return ck_softmax_long(j);
  if (axis.inner == 1) return in_rows(&j);
  ck_softmax_cut(&j, ck_least(axis.inner, ck_least(width, CK_TILE)));
  ck_parallel(axis.outer * j.tiles, ck_softmax_work(&j), columns_task, &j);
}
