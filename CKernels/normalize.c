// Layer normalisation: some rows to a task.
#include "drivers.h"

typedef struct {
  bool past;  // the result is larger than the caches, and written past them
  ck_normalize_blocks blocks;
  ck_dtype dtype;
  int64_t rows, columns, piece;
  const void *gradient, *in, *weight, *bias, *means, *scales;
  double epsilon;
  void *out, *own_means, *own_scales;
} job;

static void task(void *context, int64_t index) {
  const job *j = context;
  const int64_t end = ck_least((index + 1) * j->piece, j->rows);
  for (int64_t row = index * j->piece; row < end; row++) {
    const void *in = ck_at(j->in, j->dtype, row * j->columns);
    char *const out = (char *)ck_at(j->out, j->dtype, row * j->columns);
    if (j->gradient)
      j->blocks.gradient_row(j->past, j->columns, ck_at(j->gradient, j->dtype, row * j->columns), in, j->weight,
                             ck_at(j->means, j->dtype, row), ck_at(j->scales, j->dtype, row), out);
    else
      j->blocks.row(j->past, j->columns, in, j->weight, j->bias, j->epsilon, out,
                    (char *)ck_at(j->own_means, j->dtype, row), (char *)ck_at(j->own_scales, j->dtype, row));
  }
}

static void run(job *j) {
  if (j->rows <= 0 || j->columns <= 0) return;
  j->blocks = ck_kernels()->blocks.normalize[j->dtype];
  j->piece = ck_most(8192 / j->columns, 1);
  const int64_t row = j->columns * (int64_t)ck_size(j->dtype);
  j->past = ck_goes_past(j->out, j->rows * row, row);
  ck_parallel(ck_pieces(j->rows, j->piece), 0.4 * (double)j->rows * (double)j->columns, task, j);
}

void ck_normalize(ck_dtype dtype, int64_t rows, int64_t columns, const void *in, const void *weight, const void *bias,
                  double epsilon, void *out, void *means, void *scales) {
  job j = {.dtype = dtype, .rows = rows, .columns = columns, .in = in, .weight = weight, .bias = bias,
           .epsilon = epsilon, .out = out, .own_means = means, .own_scales = scales};
  run(&j);
}

void ck_normalize_gradient(ck_dtype dtype, int64_t rows, int64_t columns, const void *gradient, const void *in,
                           const void *weight, const void *means, const void *scales, void *out) {
  job j = {.dtype = dtype, .rows = rows, .columns = columns, .gradient = gradient, .in = in, .weight = weight,
           .means = means, .scales = scales, .out = out};
  run(&j);
}
