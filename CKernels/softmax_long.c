// softmax of a long axis: in steps, each of which is a loop over all tiles.
#include "softmax.h"

static ck_state states_of(const ck_softmax_job *j, const ck_softmax_tile *t) {
  return (ck_state){(char *)ck_at(j->states.value, j->dtype, t->column),
                    (char *)ck_at(j->states.extra, j->dtype, t->column)};
}

static void write_task(void *context, int64_t index) {
  const ck_softmax_job *j = context;
  ck_softmax_tile t = ck_softmax_tile_at(j, index);
  if (j->copies) ck_softmax_bring(j, &t, t.out, j->out_stride);
  const ck_state s = states_of(j, &t);
  if (j->axis.inner == 1) return j->blocks.write_row(j->logarithm, t.length, s, t.in, t.out);
  j->blocks.write_columns(j->logarithm, j->past, t.length, t.width, s, t.in, t.stride, t.out, j->out_stride);
}

static void exponentials_task(void *context, int64_t index) {
  const ck_softmax_job *j = context;
  ck_softmax_tile t = ck_softmax_tile_at(j, index);
  if (!atomic_load_explicit(j->fits, memory_order_relaxed)) return;
  if (j->copies) ck_softmax_bring(j, &t, t.out, j->out_stride);
  const ck_state s = states_of(j, &t);
  void *const sums = (char *)ck_at(s.extra, j->dtype, t.part * j->axis.outer * j->axis.inner);
  if (!j->blocks.exponentials(t.length, t.width, s.value, t.in, t.stride, t.out, j->out_stride, sums))
    atomic_store_explicit(j->fits, false, memory_order_relaxed);
}

static void scale_task(void *context, int64_t index) {
  const ck_softmax_job *j = context;
  ck_softmax_tile t = ck_softmax_tile_at(j, index);
  j->blocks.scale_columns(t.length, t.width, states_of(j, &t).extra, t.out, j->out_stride);
}

// A long axis: log_sum_exp's states first, then every element from them.
static void in_two_passes(ck_softmax_job *j) {
  _Alignas(64) char value[CK_STATES * 8], extra[CK_STATES * 8];
  const int64_t columns = j->axis.outer * j->axis.inner, row = j->axis.inner * (int64_t)ck_size(j->dtype);
  j->states = (ck_state){value, extra};
  ck_log_sum_exp_states(j->dtype, j->axis, j->in, j->states);
  j->blocks.prepare(j->logarithm, columns, j->states);
  j->past = !j->copies && row >= 4096 && j->axis.outer * j->axis.length * row > CK_LARGE_RESULTS;
  j->parts = ck_pieces(j->axis.length, CK_SOFTMAX_TASKS);
  ck_softmax_cut(j, CK_STATES);
  j->parts = ck_pieces(j->axis.length * j->width, CK_SOFTMAX_ROW);
  ck_parallel(j->axis.outer * j->tiles * j->parts, ck_softmax_work(j), write_task, j);
}

// The same with one exponential for an element instead of two, where the results stay in a cache until the last pass: the
// exponentials and their sums, the result from them; or false if columns are not like their first elements.
static bool in_cache(ck_softmax_job *j) {
  _Alignas(64) char peaks[CK_STATES * 8], sums[CK_SOFTMAX_BUFFER];
  const int64_t columns = j->axis.outer * j->axis.inner, size = (int64_t)ck_size(j->dtype);
  ck_axis first = j->axis;
  first.length = ck_least(first.length, CK_GROUP);
  ck_reduce(CK_MAX, j->dtype, first, j->in, peaks);
  atomic_bool fits = true;
  j->states = (ck_state){peaks, sums}, j->fits = &fits;
  j->parts = ck_least(CK_SOFTMAX_BUFFER / size / columns, ck_pieces(j->axis.length, CK_COLUMN_BLOCK));
  ck_softmax_cut(j, CK_STATES);
  ck_parallel(j->axis.outer * j->tiles * j->parts, ck_softmax_work(j), exponentials_task, j);
  if (!fits) return false;
  const ck_reducer *sum = &ck_kernels()->blocks.reducers[CK_SUM][j->dtype];
  for (int64_t step = 1; step < j->parts; step *= 2)
    for (int64_t part = 0; part + step < j->parts; part += 2 * step) {
      char *const left = sums + part * columns * size;
      sum->merge(columns, (ck_state){left, NULL}, (ck_state){left + step * columns * size, NULL}, 0, 0);
    }
  if (!j->blocks.terms(columns, sums)) return false;
  j->parts = ck_pieces(j->axis.length * j->width, CK_SOFTMAX_ROW);
  ck_parallel(j->axis.outer * j->tiles * j->parts, ck_softmax_work(j) / 4, scale_task, j);
  return true;
}

// The same for any number of columns: in halves until their states fit.
void ck_softmax_long(ck_softmax_job j) {
  const int64_t columns = j.axis.outer * j.axis.inner;
  if (columns <= CK_STATES) {
    const bool stays = columns * j.axis.length * (int64_t)ck_size(j.dtype) <= CK_LARGE_RESULTS;
    if (j.axis.inner == 1 || j.logarithm || !stays || !in_cache(&j)) in_two_passes(&j);
    return;
  }
  bool wide = j.axis.inner > j.axis.outer;
  int64_t *count = wide ? &j.axis.inner : &j.axis.outer, all = *count, half = all / 2;
  *count = half;
  ck_softmax_long(j);
  *count = all - half;
  j.in = ck_at(j.in, j.dtype, half * (wide ? j.axis.inner_stride : j.axis.outer_stride));
  j.out = (char *)ck_at(j.out, j.dtype, half * (wide ? 1 : j.out_outer_stride));
  ck_softmax_long(j);
}
