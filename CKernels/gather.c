// Elements by position: gather reads them, scatter writes or combines them. Each element of a result of scatter is made by one
// thread, in the order of the index, so that no bit depends on the number of threads.
#include "drivers.h"

typedef struct {
  ck_operation combine;
  ck_row row;
  ck_dtype dtype;
  size_t size;
  ck_axis axis;  // of the side that positions point into
  int64_t count, inner;
  ck_index index;
  int64_t pieces, piece;    // of `count` (gather), or of the inner dimension (scatter)
  int64_t ranges;           // scatter: of positions
  bool past;                // gather: the result is larger than the caches, and written past them
  const char *in;
  char *out;
} job;

static int64_t settled(int64_t position, int64_t length) { return position < 0 ? position + length : position; }

// n elements at out, one element apart, from in, `stride` apart.
static void copy_line(size_t size, int64_t n, char *out, const char *in, int64_t stride) {
  if (stride == 1) memcpy(out, in, (size_t)n * size);
  else if (size >= 4) ck_copy_elements(size, n, out, 1, in, stride);
  else
    for (int64_t i = 0; i < n; i++) memcpy(out + i * (int64_t)size, in + i * stride * (int64_t)size, size);
}

#define CK_GATHER_LINE(element)                                                                      \
  for (int64_t i = 0; i < n; i++)                                                                    \
    ((element *)out)[i] = ((const element *)in)[settled(index[i * step], length) * stride + i * inner_stride];

// out[i] = in[index[i], i] with strides.
static void gather_line(size_t size, int64_t n, char *out, const char *in, int64_t length, int64_t stride,
                        int64_t inner_stride, const int64_t *index, int64_t step) {
  switch (size) {
  case 1: CK_GATHER_LINE(uint8_t) break;
  case 2: CK_GATHER_LINE(uint16_t) break;
  case 4: CK_GATHER_LINE(uint32_t) break;
  default: CK_GATHER_LINE(uint64_t) break;
  }
}

static void gather_task(void *context, int64_t task) {
  const job *g = context;
  const ck_axis *a = &g->axis;
  const int64_t outer = task / g->pieces, first = task % g->pieces * g->piece;
  const int64_t end = ck_least(first + g->piece, g->count);
  const char *in = g->in + outer * a->outer_stride * (int64_t)g->size;
  char *out = g->out + (outer * g->count + first) * g->inner * (int64_t)g->size;
  const int64_t *index = g->index.data + outer * g->index.outer_stride + first * g->index.stride;
  if (g->inner == 1)
    return gather_line(g->size, end - first, out, in, a->length, a->stride, 0, index, g->index.stride);
  for (int64_t j = first; j < end; j++, index += g->index.stride, out += g->inner * (int64_t)g->size) {
    if (g->index.inner_stride != 0) {
      gather_line(g->size, g->inner, out, in, a->length, a->stride, a->inner_stride, index, g->index.inner_stride);
    } else {
      const char *row = in + settled(*index, a->length) * a->stride * (int64_t)g->size;
      if (g->past) g->row(g->inner * (int64_t)g->size / 4, out, row, row, row, CK_PAST_CACHES);
      else copy_line(g->size, g->inner, out, row, a->inner_stride);
    }
  }
}

void ck_gather(ck_dtype dtype, ck_axis axis, int64_t count, ck_index index, const void *in, void *out) {
  if (axis.outer <= 0 || axis.inner <= 0 || count <= 0) return;
  job g = {.size = ck_size(dtype), .axis = axis, .count = count, .inner = axis.inner, .index = index, .in = in, .out = out};
  g.piece = ck_most(4096 / axis.inner, 1);
  g.pieces = ck_pieces(count, g.piece);
  const int64_t row = axis.inner * (int64_t)g.size;
  g.past = index.inner_stride == 0 && axis.inner_stride == 1 && ck_goes_past(out, axis.outer * count * row, row);
  g.row = ck_kernels()->elementwise.rows[CK_copy][CK_INT32];
  const double each = index.inner_stride == 0 && axis.inner > 8 ? 0.2 : 1;
  ck_parallel(axis.outer * g.pieces, each * (double)axis.outer * (double)count * (double)axis.inner, gather_task, &g);
}

#define CK_SCATTER_LINE(element, combined)                                                                     \
  for (int64_t i = 0; i < n; i++) {                                                                            \
    const int64_t at = settled(index[i * step], g->axis.length);                                               \
    if (at < low || at >= high) continue;                                                                      \
    element *y = (element *)out + at * g->axis.stride + i * lane;                                              \
    const element x = ((const element *)in)[i * in_step];                                                      \
    *y = combined;                                                                                             \
  }                                                                                                            \
  return;

// out[index[i], i] (or out[index[i]], where lane is 0) takes in[i], for the positions from low to high.
static void scatter_line(const job *g, int64_t n, char *out, int64_t lane, const char *in, int64_t in_step,
                         const int64_t *index, int64_t step, int64_t low, int64_t high) {
  if (g->combine == CK_copy) switch (g->size) {
    case 1: CK_SCATTER_LINE(uint8_t, x)
    case 2: CK_SCATTER_LINE(uint16_t, x)
    case 4: CK_SCATTER_LINE(uint32_t, x)
    default: CK_SCATTER_LINE(uint64_t, x)
    }
  if (g->combine == CK_add) switch (g->dtype) {
    case CK_FLOAT32: CK_SCATTER_LINE(float, *y + x)
    case CK_FLOAT64: CK_SCATTER_LINE(double, *y + x)
    case CK_INT32: CK_SCATTER_LINE(uint32_t, *y + x)
    default: CK_SCATTER_LINE(uint64_t, *y + x)
    }
  for (int64_t i = 0; i < n; i++) {
    const int64_t at = settled(index[i * step], g->axis.length), size = (int64_t)g->size;
    if (at < low || at >= high) continue;
    char *y = out + (at * g->axis.stride + i * lane) * size;
    g->row(1, y, y, in + i * in_step * size, y, 0);
  }
}

static void scatter_task(void *context, int64_t task) {
  const job *g = context;
  const int64_t size = (int64_t)g->size, range = task % g->ranges, piece = task / g->ranges % g->pieces;
  const int64_t outer = task / g->ranges / g->pieces;
  const int64_t low = ck_cut(g->axis.length, g->ranges, range), high = ck_cut(g->axis.length, g->ranges, range + 1);
  const int64_t left = ck_cut(g->inner, g->pieces, piece), width = ck_cut(g->inner, g->pieces, piece + 1) - left;
  char *out = g->out + (outer * g->axis.outer_stride + left) * size;
  const char *in = g->in + (outer * g->count * g->inner + left) * size;
  const int64_t *index = g->index.data + outer * g->index.outer_stride + left * g->index.inner_stride;
  if (g->inner == 1) return scatter_line(g, g->count, out, 0, in, 1, index, g->index.stride, low, high);
  for (int64_t j = 0; j < g->count; j++, index += g->index.stride, in += g->inner * size) {
    if (g->index.inner_stride != 0) {
      scatter_line(g, width, out, 1, in, 1, index, g->index.inner_stride, low, high);
      continue;
    }
    const int64_t at = settled(*index, g->axis.length);
    if (at < low || at >= high) continue;
    char *row = out + at * g->axis.stride * size;
    if (g->combine == CK_copy) memcpy(row, in, (size_t)(width * size));
    else g->row(width, row, row, in, row, 0);
  }
}

void ck_scatter(ck_operation combine, ck_dtype dtype, int64_t outer, int64_t length, int64_t inner, int64_t count,
                ck_index index, const void *in, void *out) {
  if (outer <= 0 || inner <= 0 || count <= 0 || length <= 0) return;
  job g = {.combine = combine, .dtype = dtype, .size = ck_size(dtype), .count = count, .inner = inner, .index = index,
           .in = in, .out = out};
  if (combine != CK_copy) g.row = ck_kernels()->elementwise.rows[combine][dtype];
  g.axis = (ck_axis){outer, length, inner, length * inner, inner, 1};
  g.pieces = ck_pieces(inner, 1024);
  // Threads that share a line of positions each read the whole index, and take the positions of their range.
  g.ranges = outer * g.pieces >= 2 * ck_threads() ? 1 : ck_least(length, ck_threads());
  const double each = index.inner_stride == 0 && inner > 8 ? 0.3 : 1.5;
  ck_parallel(outer * g.pieces * g.ranges, each * (double)outer * (double)count * (double)inner, scatter_task, &g);
}

int64_t ck_first_outside(int64_t count, const int64_t *index, int64_t length) {
  for (int64_t i = 0; i < count; i++)
    if (index[i] < -length || index[i] >= length) return i;
  return -1;
}
