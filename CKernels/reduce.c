// Reductions: how an axis is cut into blocks, and in which order the blocks' states are merged.
//
// The blocks of one result are the leaves of a tree: n blocks split after the largest power of two below n. A
// thread takes a whole subtree of 2^j blocks, so that cutting the axis more or less finely never changes the tree.
#include <stdlib.h>

#include "drivers.h"

// Columns that a task reduces side by side: of a long axis more, for memory gives whole rows sooner than pieces of them.
enum { LONG = 4096 };

// Bytes for the states of all parts, on the stack twice.
enum { SLOTS = 64 << 10 };

// How a block is read. The first two in place; the others through a small buffer, along or across the axis.
typedef enum { ROWS, COLUMNS, GATHERED_ROWS, GATHERED_COLUMNS } layout;

typedef struct {
  ck_reduction reduction;
  ck_reducer reducer;
  ck_dtype dtype;
  size_t size, extra_size;  // of an element; of a result
  ck_axis axis;
  layout layout;
  int64_t block;        // elements along the axis of one leaf
  int64_t tiles;        // the inner dimension is cut into this many
  int64_t part, parts;  // the axis is cut into `parts`, of `part` elements each but the last
  const char *in;
  char *out;       // for the results of whole tiles, or
  ck_state slots;  // for states: one per part and column
} job;

// A vector's worth of columns is needed to go across the axis; rows are worth it from a vector's length on.
static layout layout_of(ck_axis a, int64_t lanes) {
  if (a.stride == 1 && (a.length >= lanes || a.inner < lanes)) return ROWS;
  if (a.inner < lanes) return GATHERED_ROWS;
  if (a.inner_stride == 1) return COLUMNS;
  return a.length < lanes || llabs(a.inner_stride) <= llabs(a.stride) ? GATHERED_COLUMNS : GATHERED_ROWS;
}

// Of a result, and of what a state keeps beside an element; no less than that element's.
static size_t extra_size(ck_reduction reduction, ck_dtype dtype) {
  return reduction == CK_ARGMAX || reduction == CK_ARGMIN ? 8 : ck_size(dtype);
}

static ck_state offset(const job *j, ck_state s, int64_t columns) {
  return (ck_state){(char *)s.value + columns * (int64_t)j->size, (char *)s.extra + columns * (int64_t)j->extra_size};
}

void ck_copy_elements(size_t size, int64_t n, void *out, int64_t out_stride, const void *in, int64_t in_stride) {
  if (size == 4)
    for (int64_t i = 0; i < n; i++) ((int32_t *)out)[i * out_stride] = ((const int32_t *)in)[i * in_stride];
  else
    for (int64_t i = 0; i < n; i++) ((int64_t *)out)[i * out_stride] = ((const int64_t *)in)[i * in_stride];
}

// Not inlined, for the recursion below must not carry the buffers.
__attribute__((noinline)) static void gathered_rows(const job *j, const char *in, int64_t first, int64_t length,
                                                    int64_t width, ck_state state) {
  _Alignas(64) char buffer[CK_ROW_BLOCK * 8];
  for (int64_t i = 0; i < width; i++) {
    ck_copy_elements(j->size, length, buffer, 1, ck_at(in, j->dtype, i * j->axis.inner_stride), j->axis.stride);
    j->reducer.rows(buffer, length, 1, 0, first, offset(j, state, i));
  }
}

__attribute__((noinline)) static void gathered_columns(const job *j, const char *in, int64_t first, int64_t length,
                                                       int64_t width, ck_state state) {
  _Alignas(64) char buffer[CK_COLUMN_BLOCK * 64];
  int64_t lanes = 64 / (int64_t)j->size;
  for (int64_t i = 0; i < width; i += lanes) {
    int64_t column = i + lanes <= width ? i : width - lanes;  // the last ones repeat some of those before
    const char *corner = ck_at(in, j->dtype, column * j->axis.inner_stride);
    for (int64_t row = 0; row < length; row++)
      ck_copy_elements(j->size, lanes, buffer + row * 64, 1, ck_at(corner, j->dtype, row * j->axis.stride),
                       j->axis.inner_stride);
    j->reducer.columns(buffer, length, lanes, lanes, first, offset(j, state, column));
  }
}

static bool is_wide(ck_reduction r) {
  return r == CK_SUM || r == CK_PROD || r == CK_MAX || r == CK_MIN || r == CK_LOG_SUM_EXP;
}

// One leaf. `in` is the element at `first` of the leaf's first column.
static void reduce_block(const job *j, const char *in, int64_t first, int64_t length, int64_t width, ck_state state) {
  switch (j->layout) {
  case ROWS: j->reducer.rows(in, length, width, j->axis.inner_stride, first, state); break;
  case COLUMNS:
    for (int64_t pieces = ck_pieces(width, is_wide(j->reduction) ? CK_WIDE : CK_TILE), i = 0; i < pieces; i++) {
      const int64_t left = ck_cut(width, pieces, i), columns = ck_cut(width, pieces, i + 1) - left;
      j->reducer.columns(ck_at(in, j->dtype, left), length, j->axis.stride, columns, first, offset(j, state, left));
    }
    break;
  case GATHERED_ROWS: gathered_rows(j, in, first, length, width, state); break;
  case GATHERED_COLUMNS: gathered_columns(j, in, first, length, width, state); break;
  }
}

static void reduce_range(const job *j, const char *in, int64_t first, int64_t length, int64_t width, ck_state state) {
  if (length <= j->block) return reduce_block(j, in, first, length, width, state);
  int64_t half = j->block;
  while (half * 2 < length) half *= 2;
  _Alignas(64) char value[CK_WIDE * 8], extra[CK_WIDE * 8];
  ck_state right = {value, extra};
  reduce_range(j, in, first, half, width, state);
  reduce_range(j, ck_at(in, j->dtype, half * j->axis.stride), first + half, length - half, width, right);
  j->reducer.merge(width, state, right, half, length - half);
}

static bool is_across(const job *j) { return j->layout == COLUMNS || j->layout == GATHERED_COLUMNS; }

// Task: one part of the axis of one tile.
static void reduce_task(void *context, int64_t index) {
  const job *j = context;
  // The next task is the one whose memory follows: columns beside these, or what comes next in the row.
  const bool across = is_across(j);
  const int64_t fast = across ? j->tiles : j->parts, outer = index / j->parts / j->tiles;
  const int64_t near = index % fast, far = index / fast % (across ? j->parts : j->tiles);
  const int64_t part = across ? far : near, tile = across ? near : far;
  int64_t column = ck_cut(j->axis.inner, j->tiles, tile), width = ck_cut(j->axis.inner, j->tiles, tile + 1) - column;
  int64_t first = part * j->part, length = j->axis.length - first < j->part ? j->axis.length - first : j->part;
  int64_t corner = outer * j->axis.outer_stride + first * j->axis.stride + column * j->axis.inner_stride;
  int64_t result = outer * j->axis.inner + column, results = j->axis.outer * j->axis.inner;
  if (j->slots.value) {
    reduce_range(j, ck_at(j->in, j->dtype, corner), first, length, width, offset(j, j->slots, part * results + result));
  } else {
    _Alignas(64) char value[CK_WIDE * 8], extra[CK_WIDE * 8];
    ck_state state = {value, extra};
    reduce_range(j, ck_at(j->in, j->dtype, corner), first, length, width, state);
    j->reducer.finish(width, state, j->out + result * (int64_t)j->extra_size);
  }
}

// Settles everything but `out` and `slots`, which has room for `states` where parts > 1.
static job plan(ck_reduction reduction, ck_dtype dtype, ck_axis a, const void *in, int64_t states) {
  if (a.inner == 1) a.inner = a.outer, a.inner_stride = a.outer_stride, a.outer = 1;
  if (a.length == 1) a.stride = 1;
  job j = {.reduction = reduction,
           .reducer = ck_kernels()->blocks.reducers[reduction][dtype],
           .dtype = dtype,
           .size = ck_size(dtype),
           .axis = a,
           .in = in};
  j.extra_size = extra_size(reduction, dtype);
  j.layout = layout_of(a, 64 / (int64_t)j.size);
  const bool across = is_across(&j);
  j.block = across ? CK_COLUMN_BLOCK : CK_ROW_BLOCK;
  // About 64 KB to a task: wide columns, because they are read row by row; few rows if they are long.
  int64_t target = 16384, width = across ? a.length < LONG ? CK_TILE : CK_WIDE : target / a.length;
  width = width < 1 ? 1 : width > CK_WIDE ? CK_WIDE : width;
  j.tiles = ck_pieces(a.inner, width);
  j.part = j.block;
  int64_t most = states / (a.outer * a.inner), tile = ck_pieces(a.inner, j.tiles);
  while (j.part < a.length && (most < 2 || ck_pieces(a.length, j.part) > most || j.part * tile < 2 * target))
    j.part *= 2;
  j.parts = ck_pieces(a.length, j.part);
  return j;
}

static void run(job *j, double cost) {
  int64_t tasks = j->axis.outer * j->tiles * j->parts, results = j->axis.outer * j->axis.inner;
  ck_parallel(tasks, cost * (double)results * (double)j->axis.length, reduce_task, j);
  // The parts are subtrees of equal size: merging neighbours, then neighbours of those, is the rest of the tree.
  for (int64_t step = 1; step < j->parts; step *= 2)
    for (int64_t part = 0; part + step < j->parts; part += 2 * step) {
      const int64_t right = (part + step) * j->part;
      j->reducer.merge(results, offset(j, j->slots, part * results), offset(j, j->slots, (part + step) * results),
                       step * j->part, ck_least(step * j->part, j->axis.length - right));
    }
}

static void fill_empty(ck_reduction reduction, ck_dtype dtype, int64_t count, void *out) {
  double value = reduction == CK_PROD ? 1 : reduction == CK_LOG_SUM_EXP ? -INFINITY : 0;
  for (int64_t i = 0; i < count; i++) switch (dtype) {
    case CK_FLOAT32: ((float *)out)[i] = (float)value; break;
    case CK_FLOAT64: ((double *)out)[i] = value; break;
    case CK_INT32: ((int32_t *)out)[i] = (int32_t)value; break;
    default: ((int64_t *)out)[i] = (int64_t)value; break;
    }
}

// Nanoseconds per element on one thread, roughly.
static const double costs[CK_REDUCTION_COUNT] = {0.08, 0.08, 0.1, 0.1, 0.2, 0.2, 0.5, 0.2};

void ck_reduce(ck_reduction reduction, ck_dtype dtype, ck_axis axis, const void *in, void *out) {
  if (axis.outer <= 0 || axis.inner <= 0) return;
  if (axis.length <= 0) return fill_empty(reduction, dtype, axis.outer * axis.inner, out);
  _Alignas(64) char value[SLOTS], extra[SLOTS];
  job j = plan(reduction, dtype, axis, in, SLOTS / extra_size(reduction, dtype));
  j.out = out;
  if (j.parts > 1) j.slots = (ck_state){value, extra};
  run(&j, costs[reduction]);
  if (j.parts > 1) j.reducer.finish(j.axis.outer * j.axis.inner, j.slots, out);
}

void ck_log_sum_exp_states(ck_dtype dtype, ck_axis axis, const void *in, ck_state states) {
  job j = plan(CK_LOG_SUM_EXP, dtype, axis, in, CK_STATES);
  j.slots = states;
  run(&j, costs[CK_LOG_SUM_EXP]);
}
