// Every conversion, from each dtype to each compute type and back, by programs that copy.
#include "native.h"

// x to p binary digits, to even in a tie; `lowest` is the exponent of the smallest subnormal; from `beyond` on infinite.
static long double rounded(long double x, int p, int lowest, long double beyond) {
  if (x == 0 || isnan(x) || isinf(x)) return x;
  int last = ilogbl(x) - p + 1;
  if (last < lowest) last = lowest;
  long double result = ldexpl(rintl(ldexpl(x, -last)), last);
  return fabsl(result) >= beyond ? copysignl(INFINITY, x) : result;
}

// Truncated and kept within the bounds; NaN gives 0.
static long double saturated(long double x, long double low, long double high) {
  return isnan(x) ? 0 : x <= low ? low : x >= high ? high : truncl(x);
}

static int64_t wrapped(int64_t x, ck_dtype to) { return to == CK_UINT8 ? (uint8_t)x : to == CK_INT32 ? (int32_t)x : x; }

static long double expected(long double x, ck_dtype from, ck_dtype to) {
  const bool whole = from == CK_INT32 || from == CK_INT64 || from == CK_UINT8 || from == CK_BOOL;
  switch (to) {
  case CK_FLOAT32: return rounded(x, 24, -149, 0x1p128L);
  case CK_FLOAT64: return rounded(x, 53, -1074, 0x1p1024L);
  case CK_FLOAT16: return rounded(x, 11, -24, 0x1p16L);
  case CK_BFLOAT16: return rounded(x, 8, -133, 0x1p128L);
  case CK_BOOL: return x != 0;
  case CK_INT32: return whole ? wrapped((int64_t)x, to) : saturated(x, INT32_MIN, INT32_MAX);
  case CK_INT64: return whole ? x : saturated(x, (long double)INT64_MIN, (long double)INT64_MAX);
  default: return whole ? wrapped((int64_t)x, to) : saturated(x, 0, UINT8_MAX);
  }
}

static void convert(ck_dtype from, ck_dtype to, ck_dtype compute, int64_t count, void *in, int64_t stride, void *out) {
  ck_instruction instruction = {CK_copy, 1, 0, 0, 0};
  ck_program program = {.inputs = 1, .outputs = 1, .count = 1, .instructions = &instruction};
  ck_operand operands[2] = {{.data = in, .strides = {stride}, .dtype = from}, contiguous(to, out, 1, &count)};
  ck_run(&program, compute, 1, &count, operands);
}

static void test_pair(ck_dtype from, ck_dtype to, ck_dtype compute) {
  enum { COUNT = 6000 };
  char name[32];
  snprintf(name, sizeof name, "from_%s", dtype_name(from));
  begin("convert", name, to);
  char *in = draw_block(from, COUNT, WILD, 3), *out = block(to, COUNT), *cut = block(to, COUNT);
  convert(from, to, compute, COUNT, in, 1, out);
  digest(to, COUNT, out);
  for (int64_t i = 0; i < COUNT; i++) {
    long double x = get(from, in, i), truth = expected(x, from, to), result = get(to, out, i);
    expect(result == truth || (isnan(result) && isnan(truth)), "%La: %La, not %La", x, result, truth);
  }
  // Short rows, and every second element.
  for (int64_t length = 0; length <= 40; length++) {
    const int64_t at = 5 * length;
    convert(from, to, compute, length, in + at * (int64_t)ck_size(from), 1, cut);
    expect(same_bits(to, length, cut, out + at * (int64_t)ck_size(to)), "length %lld differs", (long long)length);
  }
  convert(from, to, compute, COUNT / 2, in, 2, cut);
  for (int64_t i = 0; i < COUNT / 2; i++)
    expect(bits_at(to, cut, i) == bits_at(to, out, 2 * i), "strided element %lld differs", (long long)i);
  end();
  free(in), free(out), free(cut);
}

void test_conversions(void) {
  for (int small = 0; small < CK_DTYPE_COUNT; small++)
    for (int compute = 0; compute < CK_COMPUTE_TYPES; compute++) {
      test_pair((ck_dtype)small, (ck_dtype)compute, (ck_dtype)compute);
      if (small >= CK_COMPUTE_TYPES) test_pair((ck_dtype)compute, (ck_dtype)small, (ck_dtype)compute);
    }
}
