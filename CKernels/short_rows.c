// softmax of short rows, which would leave most of a vector's lanes, or its time, unused: a bundle of them is turned into columns and
// back, where they are long enough in squares.
#include "drivers.h"

enum { SHORT = 32, BUNDLE = 64 };

typedef struct {
  bool logarithm;
  ck_dtype dtype;
  ck_axis axis;
  const void *in;
  void *out;
} job;

// `count` rows of a contiguous matrix from columns that are BUNDLE apart, by way of rows of whole lines, each of which ends under the
// next one.
static void put_rows(const job *j, int64_t count, int64_t whole, const char *columns, char *out) {
  const size_t size = ck_size(j->dtype);
  const int64_t row = j->axis.length * (int64_t)size, lines = whole * (int64_t)size;
  const ck_turn turn = ck_kernels()->elementwise.turn[size == 8 ? 3 : 2];
  if (lines == row) return turn(count, whole, out, whole, columns, BUNDLE, 0);
  _Alignas(64) char rows[BUNDLE * SHORT * 8];
  turn(count, whole, rows, whole, columns, BUNDLE, CK_TO_SLOT);
  int64_t i = 0;
  for (; i * row + lines <= count * row; i++)
    for (int64_t line = 0; line < lines; line += 64) memcpy(out + i * row + line, rows + i * lines + line, 64);
  for (; i < count; i++) memcpy(out + i * row, rows + i * lines, (size_t)row);
}

static void bundle_task(void *context, int64_t index) {
  const job *j = context;
  const ck_axis *a = &j->axis;
  const size_t size = ck_size(j->dtype);
  const int64_t first = index * BUNDLE, count = ck_least(BUNDLE, a->outer - first), lanes = 64 / (int64_t)size;
  const char *const in = ck_at(j->in, j->dtype, first * a->outer_stride);
  char *const out = (char *)ck_at(j->out, j->dtype, first * a->length);
  _Alignas(64) char columns[SHORT * BUNDLE * 8], values[SHORT * BUNDLE * 8];
  const bool in_squares = 2 * a->length >= lanes;
  // Of each row whole lines, with what comes after it, as far as there is memory.
  const int64_t whole = ck_pieces(a->length, lanes) * lanes;
  const bool goes_on = a->outer_stride > 0 && (a->outer - first - count) * a->outer_stride + a->length >= whole;
  if (in_squares && a->stride == 1)
    ck_kernels()->elementwise.turn[size == 8 ? 3 : 2](goes_on ? whole : a->length, count, columns, BUNDLE, in,
                                                      a->outer_stride, CK_TO_SLOT);
  else
    for (int64_t i = 0; i < a->length; i++)
      ck_copy_elements(size, count, (char *)ck_at(columns, j->dtype, i * BUNDLE), 1,
                       ck_at(in, j->dtype, i * a->stride), a->outer_stride);
  ck_kernels()->blocks.softmax[j->dtype].columns(j->logarithm, a->length, count, columns, BUNDLE, values, BUNDLE, columns,
                                                 BUNDLE);
  if (in_squares) return put_rows(j, count, whole, columns, out);
  for (int64_t i = 0; i < a->length; i++)
    ck_copy_elements(size, count, (char *)ck_at(out, j->dtype, i), a->length, ck_at(columns, j->dtype, i * BUNDLE), 1);
}

bool ck_softmax_short_rows(bool logarithm, ck_dtype dtype, ck_axis axis, const void *in, void *out) {
  if (axis.length > SHORT || axis.outer < 64 / (int64_t)ck_size(dtype)) return false;
  job j = {logarithm, dtype, axis, in, out};
  const double work = CK_SOFTMAX_COST * (double)axis.outer * (double)axis.length;
  ck_parallel(ck_pieces(axis.outer, BUNDLE), work, bundle_task, &j);
  return true;
}
