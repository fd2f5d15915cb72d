// The tiles of a softmax.
#include "softmax.h"

// Tiles that lie beside each other are neighbours: so a thread has the same rows in every pass, and in its cache.
ck_softmax_tile ck_softmax_tile_at(const ck_softmax_job *j, int64_t index) {
  const ck_axis *a = &j->axis;
  int64_t piece = index % j->tiles, part = index / j->tiles % j->parts, outer = index / j->tiles / j->parts;
  int64_t first = ck_cut(a->length, j->parts, part), left = piece * j->width;
  int64_t in = outer * a->outer_stride + first * a->stride + left * a->inner_stride;
  int64_t out = outer * j->out_outer_stride + first * j->out_stride + left;
  return (ck_softmax_tile){.length = ck_cut(a->length, j->parts, part + 1) - first,
                           .width = ck_least(j->width, a->inner - left),
                           .stride = a->stride,
                           .in = ck_at(j->in, j->dtype, in),
                           .out = (char *)ck_at(j->out, j->dtype, out),
                           .column = outer * a->inner + left,
                           .part = part};
}

void ck_softmax_bring(const ck_softmax_job *j, ck_softmax_tile *t, char *to, int64_t stride) {
  const ck_axis *a = &j->axis;
  const size_t size = ck_size(j->dtype);
  if (a->inner == 1) ck_copy_elements(size, t->length, to, 1, t->in, a->stride);
  for (int64_t i = 0; a->inner != 1 && i < t->length; i++)
    ck_copy_elements(size, t->width, (char *)ck_at(to, j->dtype, i * stride), 1, ck_at(t->in, j->dtype, i * a->stride),
                     a->inner_stride);
  t->in = to, t->stride = stride;
}

void ck_softmax_cut(ck_softmax_job *j, int64_t most) {
  const int64_t lanes = 64 / (int64_t)ck_size(j->dtype);
  if (most > lanes) most -= most % lanes;
  int64_t pieces = ck_pieces(j->axis.inner, most);
  for (int64_t tasks; (tasks = j->axis.outer * pieces * j->parts) < CK_SOFTMAX_TASKS; pieces *= 2)
    if (j->axis.inner < 2 * pieces * (tasks < CK_SOFTMAX_TASKS / 2 ? lanes : CK_SOFTMAX_NARROW)) break;
  j->width = ck_least(most, ck_pieces(ck_pieces(j->axis.inner, pieces), lanes) * lanes);
  j->tiles = ck_pieces(j->axis.inner, j->width);
}
