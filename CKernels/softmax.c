// softmax: results as large as the input, contiguous [outer, length, inner], so it is written as rows where inner is 1,
// else as columns. Memory is read once and written once where that can be: a row is worked on where the result lies, while it is in
// cache; columns in a buffer, whose lines follow one another, since those of the tensor may all fall into the same few cache
// sets, and since two cores that write neighbours in turn take the lines from each other. Longer ones are read in whole rows, more
// than once: short pieces of many rows are slower.
#include <stdatomic.h>

#include "drivers.h"

// Elements of a row whose softmax is computed in one go, and bytes of columns, in the second-level cache; the fewest columns that
// are read side by side while no thread is idle, into how many tasks a loop over whole rows is cut before it reads more of them, and
// how many rows that stay in cache are one task.
enum { IN_CACHE = 16384, BUFFER = 128 << 10, NARROW = 64, TASKS = 16, ROWS = 16 };

typedef struct {
  bool logarithm, copies;  // copies: a row, or what several passes read, has to be brought to its place in `out` first
  bool past;               // the result is larger than the caches, and written past them
  ck_dtype dtype;
  ck_softmax_blocks blocks;
  ck_axis axis;
  int64_t out_outer_stride, out_stride;
  int64_t tiles, parts;  // pieces of the inner dimension and of the axis, or of rows that stay in cache
  int64_t width;         // of a tile
  const char *in;
  char *out;
  ck_state states;  // of a long axis: one for each of outer * inner
  atomic_bool *fits;  // so far the columns are like their first elements
} job;

// A tile of the input, or of the output that took its place, and of the output.
typedef struct {
  int64_t length, width, stride;
  const char *in;
  char *out;
  int64_t column;  // among outer * inner
  int64_t part;
} tile;

// Tiles that lie beside each other are neighbours: so a thread has the same rows in every pass, and in its cache.
static tile tile_at(const job *j, int64_t index) {
  const ck_axis *a = &j->axis;
  int64_t piece = index % j->tiles, part = index / j->tiles % j->parts, outer = index / j->tiles / j->parts;
  int64_t first = ck_cut(a->length, j->parts, part), left = piece * j->width;
  int64_t in = outer * a->outer_stride + first * a->stride + left * a->inner_stride;
  int64_t out = outer * j->out_outer_stride + first * j->out_stride + left;
  tile t = {.length = ck_cut(a->length, j->parts, part + 1) - first,
            .width = ck_least(j->width, a->inner - left),
            .stride = a->stride,
            .in = ck_at(j->in, j->dtype, in),
            .out = (char *)ck_at(j->out, j->dtype, out),
            .column = outer * a->inner + left,
            .part = part};
  return t;
}

// Copies the tile to where its rows lie `stride` apart, and goes on from there.
static void bring(const job *j, tile *t, char *to, int64_t stride) {
  const ck_axis *a = &j->axis;
  const size_t size = ck_size(j->dtype);
  if (a->inner == 1) ck_copy_elements(size, t->length, to, 1, t->in, a->stride);
  for (int64_t i = 0; a->inner != 1 && i < t->length; i++)
    ck_copy_elements(size, t->width, (char *)ck_at(to, j->dtype, i * stride), 1, ck_at(t->in, j->dtype, i * a->stride),
                     a->inner_stride);
  t->in = to, t->stride = stride;
}

static void rows_task(void *context, int64_t index) {
  const job *j = context;
  _Alignas(64) char buffer[BUFFER];
  const int64_t first = ck_cut(j->axis.outer, j->parts, index), count = ck_cut(j->axis.outer, j->parts, index + 1) - first;
  const char *in = ck_at(j->in, j->dtype, first * j->axis.outer_stride);
  char *const out = (char *)ck_at(j->out, j->dtype, first * j->axis.length), *const values = j->past ? buffer : out;
  if (j->copies) ck_copy_elements(ck_size(j->dtype), j->axis.length, values, 1, in, j->axis.stride), in = values;
  j->blocks.rows(j->logarithm, j->past, count, j->axis.length, in, j->axis.outer_stride, values, out);
}

static void columns_task(void *context, int64_t index) {
  const job *j = context;
  _Alignas(64) char buffer[BUFFER];
  tile t = tile_at(j, index);
  if (j->copies) bring(j, &t, buffer, j->width);
  j->blocks.columns(j->logarithm, t.length, t.width, t.in, t.stride, buffer, j->width, t.out, j->out_stride);
}

static ck_state states_of(const job *j, const tile *t) {
  return (ck_state){(char *)ck_at(j->states.value, j->dtype, t->column),
                    (char *)ck_at(j->states.extra, j->dtype, t->column)};
}

static void write_task(void *context, int64_t index) {
  const job *j = context;
  tile t = tile_at(j, index);
  if (j->copies) bring(j, &t, t.out, j->out_stride);
  const ck_state s = states_of(j, &t);
  if (j->axis.inner == 1) return j->blocks.write_row(j->logarithm, t.length, s, t.in, t.out);
  j->blocks.write_columns(j->logarithm, j->past, t.length, t.width, s, t.in, t.stride, t.out, j->out_stride);
}

static void exponentials_task(void *context, int64_t index) {
  const job *j = context;
  tile t = tile_at(j, index);
  if (!atomic_load_explicit(j->fits, memory_order_relaxed)) return;
  if (j->copies) bring(j, &t, t.out, j->out_stride);
  const ck_state s = states_of(j, &t);
  void *const sums = (char *)ck_at(s.extra, j->dtype, t.part * j->axis.outer * j->axis.inner);
  if (!j->blocks.exponentials(t.length, t.width, s.value, t.in, t.stride, t.out, j->out_stride, sums))
    atomic_store_explicit(j->fits, false, memory_order_relaxed);
}

static void scale_task(void *context, int64_t index) {
  const job *j = context;
  tile t = tile_at(j, index);
  j->blocks.scale_columns(t.length, t.width, states_of(j, &t).extra, t.out, j->out_stride);
}

static double work(const job *j) {
  return CK_SOFTMAX_COST * (double)j->axis.outer * (double)j->axis.length * (double)j->axis.inner;
}

// Rows follow each other in a task, as long as no thread is idle: the end of one is computed with the beginning of the next.
static void in_rows(job *j) {
  const int64_t outer = j->axis.outer, size = j->axis.length * (int64_t)ck_size(j->dtype);
  j->past = ck_goes_past(j->out, outer * size, size);
  const bool alone = j->copies || (j->past && 2 * size > BUFFER);
  j->parts = ck_most(ck_pieces(outer, alone ? 1 : ROWS), ck_least(outer, 2 * ck_threads()));
  ck_parallel(j->parts, work(j), rows_task, j);
}

// At most so many columns in a tile, and fewer where that makes too few tasks; before threads are idle, as few as a line has. The
// axis is in `parts`.
static void cut_columns(job *j, int64_t most) {
  const int64_t lanes = 64 / (int64_t)ck_size(j->dtype);
  if (most > lanes) most -= most % lanes;
  int64_t pieces = ck_pieces(j->axis.inner, most);
  for (int64_t tasks; (tasks = j->axis.outer * pieces * j->parts) < TASKS; pieces *= 2)
    if (j->axis.inner < 2 * pieces * (tasks < TASKS / 2 ? lanes : NARROW)) break;
  j->width = ck_least(most, ck_pieces(ck_pieces(j->axis.inner, pieces), lanes) * lanes);
  j->tiles = ck_pieces(j->axis.inner, j->width);
}

// A long axis: log_sum_exp's states first, then every element from them.
static void in_two_passes(job *j) {
  _Alignas(64) char value[CK_STATES * 8], extra[CK_STATES * 8];
  const int64_t columns = j->axis.outer * j->axis.inner, row = j->axis.inner * (int64_t)ck_size(j->dtype);
  j->states = (ck_state){value, extra};
  ck_log_sum_exp_states(j->dtype, j->axis, j->in, j->states);
  j->blocks.prepare(j->logarithm, columns, j->states);
  j->past = !j->copies && row >= 4096 && j->axis.outer * j->axis.length * row > CK_LARGE_RESULTS;
  j->parts = ck_pieces(j->axis.length, TASKS);
  cut_columns(j, CK_STATES);
  j->parts = ck_pieces(j->axis.length * j->width, IN_CACHE);
  ck_parallel(j->axis.outer * j->tiles * j->parts, work(j), write_task, j);
}

// The same with one exponential for an element instead of two, where the results stay in a cache until the last pass: the
// exponentials and their sums, the result from them; or false if columns are not like their first elements.
static bool in_cache(job *j) {
  _Alignas(64) char peaks[CK_STATES * 8], sums[BUFFER];
  const int64_t columns = j->axis.outer * j->axis.inner, size = (int64_t)ck_size(j->dtype);
  ck_axis first = j->axis;
  first.length = ck_least(first.length, CK_GROUP);
  ck_reduce(CK_MAX, j->dtype, first, j->in, peaks);
  atomic_bool fits = true;
  j->states = (ck_state){peaks, sums}, j->fits = &fits;
  j->parts = ck_least(BUFFER / size / columns, ck_pieces(j->axis.length, CK_COLUMN_BLOCK));
  cut_columns(j, CK_STATES);
  ck_parallel(j->axis.outer * j->tiles * j->parts, work(j), exponentials_task, j);
  if (!fits) return false;
  const ck_reducer *sum = &ck_kernels()->blocks.reducers[CK_SUM][j->dtype];
  for (int64_t step = 1; step < j->parts; step *= 2)
    for (int64_t part = 0; part + step < j->parts; part += 2 * step) {
      char *const left = sums + part * columns * size;
      sum->merge(columns, (ck_state){left, NULL}, (ck_state){left + step * columns * size, NULL}, 0, 0);
    }
  if (!j->blocks.terms(columns, sums)) return false;
  j->parts = ck_pieces(j->axis.length * j->width, IN_CACHE);
  ck_parallel(j->axis.outer * j->tiles * j->parts, work(j) / 4, scale_task, j);
  return true;
}

// The same for any number of columns: in halves until their states fit.
static void in_halves(job j) {
  const int64_t columns = j.axis.outer * j.axis.inner;
  if (columns <= CK_STATES) {
    const bool stays = columns * j.axis.length * (int64_t)ck_size(j.dtype) <= CK_LARGE_RESULTS;
    if (j.axis.inner == 1 || j.logarithm || !stays || !in_cache(&j)) in_two_passes(&j);
    return;
  }
  bool wide = j.axis.inner > j.axis.outer;
  int64_t *count = wide ? &j.axis.inner : &j.axis.outer, all = *count, half = all / 2;
  *count = half;
  in_halves(j);
  *count = all - half;
  j.in = ck_at(j.in, j.dtype, half * (wide ? j.axis.inner_stride : j.axis.outer_stride));
  j.out = (char *)ck_at(j.out, j.dtype, half * (wide ? 1 : j.out_outer_stride));
  in_halves(j);
}

void ck_softmax(bool logarithm, ck_dtype dtype, ck_axis axis, const void *in, void *out) {
  if (axis.outer <= 0 || axis.length <= 0 || axis.inner <= 0) return;
  const int64_t size = (int64_t)ck_size(dtype);
  job j = {.logarithm = logarithm,
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
  const int64_t width = (axis.inner == 1 ? IN_CACHE : BUFFER / size) / axis.length;
  if (width < ck_least(axis.inner, NARROW)) return in_halves(j);
  if (axis.inner == 1) return in_rows(&j);
  cut_columns(&j, ck_least(axis.inner, ck_least(width, CK_TILE)));
  ck_parallel(axis.outer * j.tiles, work(&j), columns_task, &j);
}
