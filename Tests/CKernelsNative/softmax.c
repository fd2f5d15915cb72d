// softmax and log-softmax, along rows, columns and strided axes, short and too long for the cache; the last so
// large in float64 that it is written past the caches.
#include "native.h"

typedef struct {
  int64_t outer, length, inner, step;
} sizes;
static const sizes cases[] = {{3, 1, 1, 1},    {2, 7, 1, 1},    {70, 10, 1, 1},  {2, 16, 1, 1},  {3, 33, 1, 1},
                              {1, 1000, 1, 1}, {1, 20001, 1, 1}, {2, 5, 9, 1},    {1, 64, 33, 1}, {1, 300, 40, 2},
                              {1, 9000, 3, 1}, {2, 12, 300, 1}, {1, 100000, 1, 1}, {1, 1500, 1450, 1}};

static void check_line(bool logarithm, ck_dtype dtype, int64_t length, int64_t inner, const char *in, int64_t step,
                       const char *out) {
  const int64_t size = (int64_t)ck_size(dtype);
  long double most = -INFINITY, sum = 0, x;
  for (int64_t i = 0; i < length; i++) most = fmaxl(most, get(dtype, in + i * inner * step * size, 0));
  for (int64_t i = 0; i < length; i++) sum += expl(get(dtype, in + i * inner * step * size, 0) - most);
  for (int64_t i = 0; i < length; i++) {
    x = get(dtype, in + i * inner * step * size, 0);
    long double truth = logarithm ? x - most - logl(sum) : expl(x - most) / sum;
    long double result = get(dtype, out + i * inner * size, 0);
    long double room = epsilon(dtype) * (logarithm ? 8 + fabsl(truth) : (24 + fabsl(x - most)) * truth);
    expect((isnan(truth) && isnan(result)) || result == truth || fabsl(result - truth) <= room, "%lld of %lld: %La, not %La", (long long)i,
           (long long)length, result, truth);
  }
}

static void test_case(bool logarithm, ck_dtype dtype, sizes s) {
  const int64_t count = s.outer * s.length * s.inner, size = (int64_t)ck_size(dtype);
  const ck_axis axis = {s.outer, s.length, s.inner, s.length * s.inner * s.step, s.inner * s.step, s.step};
  char *in = draw_block(dtype, count * s.step, TAME, (uint64_t)(s.length + s.inner)), *out = block(dtype, count);
  for (int turn = 0; turn < 3; turn++) {
    const double special[] = {0, -INFINITY, NAN};
    if (turn > 0 && dtype == CK_FLOAT32) ((float *)in)[s.length / 2 * s.inner * s.step] = (float)special[turn];
    if (turn > 0 && dtype == CK_FLOAT64) ((double *)in)[s.length / 2 * s.inner * s.step] = special[turn];
    ck_softmax(logarithm, dtype, axis, in, out);
    digest(dtype, count, out);
    const int64_t lines = turn == 0 ? s.outer * s.inner : 1;
    for (int64_t line = 0; line < lines && s.length < 50000; line += lines > 6 ? lines / 6 : 1)
      check_line(logarithm, dtype, s.length, s.inner,
                 in + (line / s.inner * axis.outer_stride + line % s.inner * s.step) * size, s.step,
                 out + (line / s.inner * s.length * s.inner + line % s.inner) * size);
  }
  free(in), free(out);
}

void test_softmax(void) {
  for (int logarithm = 0; logarithm < 2; logarithm++)
    for (int dtype = CK_FLOAT32; dtype <= CK_FLOAT64; dtype++) {
      begin("softmax", logarithm ? "log_softmax" : "softmax", (ck_dtype)dtype);
      for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++) test_case(logarithm, (ck_dtype)dtype, cases[i]);
      end();
    }
}
