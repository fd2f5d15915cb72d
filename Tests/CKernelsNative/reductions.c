// Every reduction, and running sums, along rows, columns and strided axes.
#include "native.h"

static const char *const names[] = {
    [CK_SUM] = "sum",       [CK_PROD] = "prod",     [CK_MAX] = "max", [CK_MIN] = "min",
    [CK_ARGMAX] = "argmax", [CK_ARGMIN] = "argmin", [CK_LOG_SUM_EXP] = "log_sum_exp",
    [CK_DEVIATIONS] = "deviations"};
_Static_assert(sizeof names / sizeof *names == CK_REDUCTION_COUNT, "name every reduction, and give it a case in check_line");

// outer, length, inner, and whether the axis is contiguous (rows) or what is beside it (columns); steps widen the strides.
typedef struct {
  int64_t outer, length, inner;
  bool rows;
  int64_t step;
} sizes;
static const sizes cases[] = {
    {3, 1, 1, true, 1},     {3, 2, 1, true, 1},     {2, 7, 1, true, 1},     {3, 8, 1, true, 1},      {2, 9, 1, true, 1},
    {2, 15, 1, true, 1},    {2, 16, 1, true, 1},    {3, 17, 1, true, 1},    {1, 31, 1, true, 1},     {2, 33, 1, true, 1},
    {2, 70, 1, true, 1},    {40, 5, 1, true, 1},    {1, 4096, 1, true, 1},  {1, 4097, 1, true, 1},   {2, 20003, 1, true, 1},
    {1, 5, 7, false, 1},    {2, 9, 16, false, 1},   {1, 64, 33, false, 1},  {1, 65, 20, false, 1},   {2, 300, 5, false, 1},
    {1, 1100, 40, false, 1}, {1, 7, 600, false, 1}, {1, 3000, 17, false, 1}, {2, 70, 3, true, 2},    {2, 33, 18, false, 3},
    {1, 200000, 1, true, 1}, {1, 500, 400, false, 1}};

static ck_axis axis_of(sizes s) {
  ck_axis a = {s.outer, s.length, s.inner, s.inner * s.length * s.step, s.inner * s.step, s.step};
  if (s.rows) a.stride = s.step, a.inner_stride = s.length * s.step;
  return a;
}

static int64_t place(ck_axis a, int64_t line, int64_t i) {
  return line / a.inner * a.outer_stride + i * a.stride + line % a.inner * a.inner_stride;
}

static void check_arg(bool largest, ck_dtype dtype, ck_axis a, int64_t line, const void *in, const void *out) {
  int64_t best = 0;
  for (int64_t i = 1; i < a.length; i++) {
    long double x = get(dtype, in, place(a, line, i)), y = get(dtype, in, place(a, line, best));
    if (isnan(y)) break;
    if (isnan(x) || (largest ? x > y : x < y)) best = i;
  }
  int64_t result = ((const int64_t *)out)[line];
  expect(result == best, "line %lld of %lld: index %lld, not %lld", (long long)line, (long long)a.length,
         (long long)result, (long long)best);
}

static void check_line(ck_reduction op, ck_dtype dtype, ck_axis a, int64_t line, const void *in, const void *out) {
  if (op == CK_ARGMAX || op == CK_ARGMIN) return check_arg(op == CK_ARGMAX, dtype, a, line, in, out);
  long double truth = op == CK_PROD ? 1 : op == CK_MAX ? -INFINITY : op == CK_MIN ? INFINITY : 0, size = 0, most = -INFINITY;
  uint64_t whole = op == CK_PROD ? 1 : 0;
  long double mean = 0;
  for (int64_t i = 0; i < a.length; i++) {
    long double x = get(dtype, in, place(a, line, i));
    mean += x / (long double)a.length;
    most = isnan(x) || isnan(most) ? NAN : fmaxl(most, x);
  }
  for (int64_t i = 0; i < a.length; i++) {
    long double x = get(dtype, in, place(a, line, i));
    size += fabsl(x);
    switch (op) {
    case CK_SUM: truth += x, whole += is_real(dtype) ? 0 : (uint64_t)(int64_t)x; break;
    case CK_PROD: truth *= x, whole *= is_real(dtype) ? 1 : (uint64_t)(int64_t)x; break;
    case CK_MAX: truth = isnan(x) || isnan(truth) ? NAN : fmaxl(truth, x); break;
    case CK_MIN: truth = isnan(x) || isnan(truth) ? NAN : fminl(truth, x); break;
    case CK_DEVIATIONS: truth += (x - mean) * (x - mean); break;
    default: truth += expl(x - most); break;
    }
  }
  if (op == CK_LOG_SUM_EXP) truth = isinf(most) ? most : most + logl(truth);
  long double result = get(dtype, out, line), room = 0;
  if (!is_real(dtype) && (op == CK_SUM || op == CK_PROD))
    truth = dtype == CK_INT32 ? (int32_t)whole : (long double)(int64_t)whole;
  else if (op == CK_SUM) room = size * epsilon(dtype) * (12 + log2l((long double)a.length));
  else if (op == CK_PROD) room = fabsl(truth) * epsilon(dtype) * (long double)a.length + 0x1p-120L;
  else if (op == CK_DEVIATIONS) room = (truth + mean * mean) * epsilon(dtype) * (16 + 4 * log2l((long double)a.length));
  else if (op == CK_LOG_SUM_EXP) room = (8 + fabsl(truth) + logl((long double)a.length)) * epsilon(dtype);
  expect((isnan(result) && isnan(truth)) || result == truth || fabsl(result - truth) <= room,
         "line %lld of [%lld, %lld, %lld]: %La, not %La", (long long)line, (long long)a.outer, (long long)a.length,
         (long long)a.inner, result, truth);
}

// As it is, and where a number, an infinity or NaN turns up late in a line.
static void test_case(ck_reduction op, ck_dtype dtype, sizes s) {
  const ck_axis a = axis_of(s);
  const int64_t count = s.outer * s.length * s.inner * s.step, lines = s.outer * s.inner;
  const ck_dtype result = op == CK_ARGMAX || op == CK_ARGMIN ? CK_INT64 : dtype;
  char *in = draw_block(dtype, count, TAME, (uint64_t)(s.length * 100 + s.inner)), *out = block(result, lines);
  // A product of many such numbers leaves the range: those go near 1.
  for (int64_t i = 0; op == CK_PROD && s.length > 100 && i < count; i++) {
    if (dtype == CK_FLOAT32) ((float *)in)[i] = 1 + ((float *)in)[i] / 256;
    if (dtype == CK_FLOAT64) ((double *)in)[i] = 1 + ((double *)in)[i] / 256;
  }
  const int extra = is_real(dtype) ? 3 : 1;
  for (int turn = 0; turn <= extra; turn++) {
    const double special[] = {0, 1000, INFINITY, NAN};
    const int64_t at = place(a, lines / 2, s.length * 2 / 3);
    if (turn > 0 && dtype == CK_FLOAT32) ((float *)in)[at] = (float)special[turn];
    if (turn > 0 && dtype == CK_FLOAT64) ((double *)in)[at] = special[turn];
    ck_reduce(op, dtype, a, in, out);
    digest(result, lines, out);
    const int64_t step = lines > 10 ? lines / 10 : 1;
    for (int64_t line = turn == 0 ? 0 : lines / 2; line < (turn == 0 ? lines : lines / 2 + 1); line += step)
      if (s.length < 50000 || turn == 0) check_line(op, dtype, a, line, in, out);
  }
  free(in), free(out);
}

static void test_cumulative(ck_dtype dtype, sizes s) {
  const ck_axis a = axis_of(s);
  const int64_t lines = s.outer * s.inner, size = (int64_t)ck_size(dtype);
  char *in = draw_block(dtype, lines * s.length * s.step, TAME, (uint64_t)(s.length * 7 + s.inner));
  char *out = block(dtype, lines * s.length), *line_out = block(dtype, s.length);
  ck_cumulative_sum(dtype, a, in, out);
  digest(dtype, lines * s.length, out);
  for (int64_t line = 0; line < lines; line += lines > 4 ? lines / 4 : 1) {
    double running = 0;
    for (int64_t i = 0; i < s.length; i++) {
      running += (double)get(dtype, in, place(a, line, i));
      if (dtype == CK_FLOAT32) ((float *)line_out)[i] = (float)running;
      else if (dtype == CK_FLOAT64) ((double *)line_out)[i] = running;
      else if (dtype == CK_INT32) ((int32_t *)line_out)[i] = (int32_t)(int64_t)running;
      else ((int64_t *)line_out)[i] = (int64_t)running;
    }
    for (int64_t i = 0; i < s.length; i++)
      expect(memcmp(out + (line / s.inner * s.length * s.inner + i * s.inner + line % s.inner) * size, line_out + i * size,
                    (size_t)size) == 0,
             "running sum %lld of line %lld", (long long)i, (long long)line);
  }
  free(in), free(out), free(line_out);
}

void test_reductions(void) {
  const int count = sizeof cases / sizeof *cases;
  for (int dtype = 0; dtype < CK_COMPUTE_TYPES; dtype++) {
    for (int op = 0; op < CK_REDUCTION_COUNT; op++) {
      if ((op == CK_LOG_SUM_EXP || op == CK_DEVIATIONS) && !is_real((ck_dtype)dtype)) continue;
      begin("reduce", names[op], (ck_dtype)dtype);
      for (int i = 0; i < count; i++) test_case((ck_reduction)op, (ck_dtype)dtype, cases[i]);
      end();
    }
    begin("cumulative", "sum", (ck_dtype)dtype);
    for (int i = 0; i < count; i++) test_cumulative((ck_dtype)dtype, cases[i]);
    end();
  }
}
