// Exponentials in machine code, and what they are made of: step by step those of vector_exp.inc and vector_functions.inc, so the same
// bits. Everything is computed in every lane, without a branch.
#include "assemble_exp.h"

#include <math.h>

#if defined(__x86_64__)
#define NUMBERS(name) \
  (numbers) { name##_f32, name##_f64, ck_wide(b) ? COUNT(name##_f64) : COUNT(name##_f32) }
// A list of them for both types.
typedef struct {
  const float *singles;
  const double *doubles;
  int count;
} numbers;

static int mantissa_bits(const ck_builder *b) { return ck_wide(b) ? mantissa_bits_f64 : mantissa_bits_f32; }
static int exp_bits(const ck_builder *b) { return ck_wide(b) ? exp_bits_f64 : exp_bits_f32; }

// The polynomial of x in `out`.
static void put_polynomial(ck_builder *b, int out, int x, int square, numbers c) {
  const int term = ck_take_meanwhile(b);
#define C(i) ck_number_in_pool(b, ck_wide(b) ? c.doubles[i] : (double)c.singles[i])
  LOAD(out, C(c.count - 1));
  if (c.count % 2 == 0) FUSED(VEX_FMA_BY, out, x, C(c.count - 2));
  for (int i = c.count - 3 - (c.count + 1) % 2; i >= 0; i -= 2) {
    LOAD(term, C(i + 1));
    FUSED(VEX_FMA_BY, term, x, C(i));
    FUSED(VEX_FMA_BY, out, square, ck_in(term));
  }
#undef C
}

void ck_put_reduced(ck_builder *b, int x, int more, int lift, int bits, int n, int number) {
  const vex_operand shift = ck_number_in_pool(b, ldexp(1.5, mantissa_bits(b) - bits) + lift);
  LOAD(n, NUMBER(log2_e));
  FUSED(VEX_FMA_BY, n, x, shift);
  ARITHMETIC(VEX_SUB, number, n, shift);
  FUSED(VEX_FMA, x, number, bits ? ck_number_in_pool(b, -ln2_coarse_f32) : NUMBER(-ln2_high));
  FUSED(VEX_FMA, x, number, bits ? ck_number_in_pool(b, -ln2_fine_f32) : NUMBER(-ln2_low));
  if (more != VEX_NONE) ARITHMETIC(VEX_ADD, x, x, ck_in(more));
}

void ck_put_expm1_reduced(ck_builder *b, int r, int square, int out) {
  ARITHMETIC(VEX_MUL, square, r, ck_in(r));
  put_polynomial(b, out, r, square, NUMBERS(exp_rest));
  FUSED(VEX_FMA_BY, out, square, ck_in(r));
}

// out = 2^(n/8)·exp(r), with all of n, which is lost, or with its lowest three bits only: exp_end_f32.
static void put_eighths(ck_builder *b, int r, int n, bool all, int out) {
  const int power = ck_take_meanwhile(b), bits = mantissa_bits_f32 - exp_bits_f32;
  uint32_t table[CK_CODE_LINE / 4];
  for (uint32_t i = 0; i < CK_CODE_LINE / 4; i++) table[i] = eighths_f32[i % 8] + (all ? 0 : (i % 8) << bits);
  vex_look_up(&b->writer, power, n, ck_line_in_pool(b, table));
  if (all) {
    SHIFT_LEFT(n, n, bits);
    ADD_WHOLE(power, power, ck_in(n));
  }
  LOAD(out, ck_number_in_pool(b, exp_near_f32[3]));
  for (int i = 2; i >= 0; i--) FUSED(VEX_FMA_BY, out, r, ck_number_in_pool(b, exp_near_f32[i]));
  FUSED(VEX_FMA_BY, out, power, ck_in(power));
}

// out = 2^(n·2^-exp_bits)·exp(r), r being lost, and with all of n, which is lost: exp_end; or without the whole part of the power:
// exp_part. With the low part of float64 in `low`, where that is a register: exp_in_two_f64.
static void put_exp_end(ck_builder *b, int r, int n, bool all, int low, int out) {
  if (!ck_wide(b)) return put_eighths(b, r, n, all, out);
  const int p = low == VEX_NONE ? out : low;
  ck_put_expm1_reduced(b, r, ck_take_meanwhile(b), p);
  ARITHMETIC(VEX_ADD, out, p, ck_pool(b, CK_POOL_ONE));
  if (all) SHIFT_LEFT(n, n, mantissa_bits_f64);
  if (low != VEX_NONE) {
    ARITHMETIC(VEX_SUB, r, out, ck_pool(b, CK_POOL_ONE));
    ARITHMETIC(VEX_SUB, low, low, ck_in(r));
    if (all) ARITHMETIC(VEX_MUL, low, low, ck_in(n));
  }
  if (all) ARITHMETIC(VEX_MUL, out, out, ck_in(n));
}

void ck_put_least(ck_builder *b, int x, vex_operand least, int limit) {
  LOAD(limit, least);
  ARITHMETIC(VEX_MAX, x, limit, ck_in(x));
}

// out = exp(x + more) of any x within limits, which is lost: with AVX-512, which scales by the whole part of a number, and rounds once,
// as the factors do of which that takes the place.
static void put_scaled(ck_builder *b, int x, int more, int low, int out) {
  const int n = ck_take_meanwhile(b), number = ck_wide(b) ? n : ck_take_meanwhile(b);
  ck_put_reduced(b, x, more, 0, exp_bits(b), n, number);
  put_exp_end(b, x, n, false, low, out);
  vex_scale(&b->writer, out, out, ck_in(number));
  if (low != VEX_NONE) vex_scale(&b->writer, low, low, ck_in(number));
}

void ck_put_exp_minus(ck_builder *b, int x, int more, int low, int out) {
  ck_put_least(b, x, NUMBER(exp_min), out);
  if (vex_is_long(&b->writer)) return put_scaled(b, x, more, low, out);
  const int n = ck_take_meanwhile(b);
  ck_put_reduced(b, x, more, ck_wide(b) ? bias_f64 + 64 : 64, exp_bits(b), n, out);
  put_exp_end(b, x, n, true, low, out);
  ARITHMETIC(VEX_MUL, out, out, ck_number_in_pool(b, 0x1p-64));
  if (low != VEX_NONE) ARITHMETIC(VEX_MUL, low, low, ck_number_in_pool(b, 0x1p-64));
}

void ck_put_exp(ck_builder *b, int x, int out) {
  LOAD(out, NUMBER(exp_max));
  ARITHMETIC(VEX_MIN, x, out, ck_in(x));
  ck_put_least(b, x, NUMBER(exp_min), out);
  if (vex_is_long(&b->writer)) return put_scaled(b, x, VEX_NONE, VEX_NONE, out);
  const int n = ck_take_meanwhile(b), half = ck_take_meanwhile(b), power = x;
  ck_put_reduced(b, x, VEX_NONE, 0, exp_bits(b), n, out);
  put_exp_end(b, x, n, false, VEX_NONE, out);
  if (exp_bits(b)) vex_shift(&b->writer, false, n, ck_in(n), exp_bits(b));
  vex_shift(&b->writer, false, half, ck_in(n), 1);
  vex_subtract_whole(&b->writer, n, n, ck_in(half));
  for (int factor = 0; factor < 2; factor++) {
    SHIFT_LEFT(power, factor ? n : half, mantissa_bits(b));
    ADD_WHOLE(power, power, ck_pool(b, CK_POOL_ONE));
    ARITHMETIC(VEX_MUL, out, out, ck_in(power));
  }
}

void ck_put_log1p(ck_builder *b, int x, int out) {
  const int square = ck_take_meanwhile(b);
  ARITHMETIC(VEX_MUL, square, x, ck_in(x));
  put_polynomial(b, out, x, square, (numbers){.singles = log_near_f32, .count = COUNT(log_near_f32)});
  FUSED(VEX_FMA_BY, out, x, ck_number_in_pool(b, -0.5));
  FUSED(VEX_FMA_BY, out, square, ck_in(x));
}
#endif
