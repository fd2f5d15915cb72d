// Functions that are made of an exponential, in machine code: step by step those of vector_functions.inc, so the same bits.
// Everything is computed in every lane, without a branch.
#include <math.h>

#include "builder.h"
#include "vector_numbers.h"
#include "vector_pieces.h"

#if defined(__x86_64__)
// The instruction that gave a place what it has before instruction i; -1: none has.
static int source_before(const ck_run_plan *r, int place, int i) {
  while (--i >= 0 && r->program->instructions[i].dst != place) {}
  return i;
}

// The sign of what a place has before instruction i, where that is known: 1 for 0 and more, -1 for 0 and less, else 0. NaN has any.
static int sign_before(const ck_run_plan *r, int place, int i, int depth) {
  const int constant = place - r->layout.operands;
  if (constant >= 0 && constant < r->program->constants) {
    const double number = r->program->constant_values[constant];
    return number > 0 ? 1 : number < 0 ? -1 : 0;
  }
  i = source_before(r, place, i);
  if (i < 0 || depth == 0) return 0;
  const ck_instruction *in = &r->program->instructions[i];
  switch (ck_operation_of(r, in)) {
  case CK_abs: case CK_square: case CK_exp: case CK_sigmoid: return 1;
  case CK_neg: return -sign_before(r, in->a, i, depth - 1);
  case CK_mul: case CK_div: return sign_before(r, in->a, i, depth - 1) * sign_before(r, in->b, i, depth - 1);
  default: return 0;
  }
}

static bool is_negative(const ck_run_plan *r, int i) { return sign_before(r, r->program->instructions[i].a, i, 6) < 0; }

// Whether what instruction i reads is an exponential of 0 or less, and so within 0 and 1.
static bool is_fraction(const ck_run_plan *r, int i) {
  const int source = source_before(r, r->program->instructions[i].a, i);
  return source >= 0 && ck_operation_of(r, &r->program->instructions[source]) == CK_exp && is_negative(r, source);
}

bool ck_is_assembled_function(const ck_run_plan *r, int i) {
  switch (ck_operation_of(r, &r->program->instructions[i])) {
  case CK_exp: case CK_sigmoid: case CK_sigmoid_slope: case CK_tanh: return true;
  case CK_log1p: return r->compute == CK_FLOAT32 && is_fraction(r, i);
  case CK_softplus: case CK_logaddexp: return r->compute == CK_FLOAT32;
  default: return false;
  }
}

// A number of vector_numbers.h for this type, and a list of them.
#define NUMBER(name) ck_number_in_pool(b, ck_wide(b) ? name##_f64 : (double)name##_f32)
#define COUNT(list) (int)(sizeof list / sizeof *list)
#define NUMBERS(name) \
  (numbers) { name##_f32, name##_f64, ck_wide(b) ? COUNT(name##_f64) : COUNT(name##_f32) }
typedef struct {
  const float *singles;
  const double *doubles;
  int count;
} numbers;

#define FUSED(code, out, a, rm) vex_fused(&b->writer, code, out, a, rm)
#define ADD_WHOLE(out, a, rm) vex_add_whole(&b->writer, out, a, rm)
#define SHIFT_LEFT(out, a, bits) vex_shift(&b->writer, true, out, ck_in(a), bits)
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

// x + more = n·2^-bits·ln 2 + r, where `more` is a small number's register or VEX_NONE: x = r, n + lift·2^bits in the low bits of
// `n`, and in `number`, which may be n's register, n·2^-bits. x is within limits.
static void put_reduced(ck_builder *b, int x, int more, int lift, int bits, int n, int number) {
  const vex_operand shift = ck_number_in_pool(b, ldexp(1.5, mantissa_bits(b) - bits) + lift);
  LOAD(n, NUMBER(log2_e));
  FUSED(VEX_FMA_BY, n, x, shift);
  ARITHMETIC(VEX_SUB, number, n, shift);
  FUSED(VEX_FMA, x, number, bits ? ck_number_in_pool(b, -ln2_coarse_f32) : NUMBER(-ln2_high));
  FUSED(VEX_FMA, x, number, bits ? ck_number_in_pool(b, -ln2_fine_f32) : NUMBER(-ln2_low));
  if (more != VEX_NONE) ARITHMETIC(VEX_ADD, x, x, ck_in(more));
}

// out = exp(r) - 1: expm1_reduced. `square` is lost.
static void put_expm1_reduced(ck_builder *b, int r, int square, int out) {
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
  put_expm1_reduced(b, r, ck_take_meanwhile(b), p);
  ARITHMETIC(VEX_ADD, out, p, ck_pool(b, CK_POOL_ONE));
  if (all) SHIFT_LEFT(n, n, mantissa_bits_f64);
  if (low != VEX_NONE) {
    ARITHMETIC(VEX_SUB, r, out, ck_pool(b, CK_POOL_ONE));
    ARITHMETIC(VEX_SUB, low, low, ck_in(r));
    if (all) ARITHMETIC(VEX_MUL, low, low, ck_in(n));
  }
  if (all) ARITHMETIC(VEX_MUL, out, out, ck_in(n));
}

// x, or what is larger. `limit` is lost.
static void put_least(ck_builder *b, int x, vex_operand least, int limit) {
  LOAD(limit, least);
  ARITHMETIC(VEX_MAX, x, limit, ck_in(x));
}

// out = exp(x + more) of any x within limits, which is lost: with AVX-512, which scales by the whole part of a number, and rounds once,
// as the factors do of which that takes the place.
static void put_scaled(ck_builder *b, int x, int more, int low, int out) {
  const int n = ck_take_meanwhile(b), number = ck_wide(b) ? n : ck_take_meanwhile(b);
  put_reduced(b, x, more, 0, exp_bits(b), n, number);
  put_exp_end(b, x, n, false, low, out);
  vex_scale(&b->writer, out, out, ck_in(number));
  if (low != VEX_NONE) vex_scale(&b->writer, low, low, ck_in(number));
}

// exp(x + more) for x <= 0, which is lost: exp_minus, in `low` with its low part, and what logaddexp makes of exp_minus_lifted.
static void put_exp_minus(ck_builder *b, int x, int more, int low, int out) {
  put_least(b, x, NUMBER(exp_min), out);
  if (vex_is_long(&b->writer)) return put_scaled(b, x, more, low, out);
  const int n = ck_take_meanwhile(b);
  put_reduced(b, x, more, ck_wide(b) ? bias_f64 + 64 : 64, exp_bits(b), n, out);
  put_exp_end(b, x, n, true, low, out);
  ARITHMETIC(VEX_MUL, out, out, ck_number_in_pool(b, 0x1p-64));
  if (low != VEX_NONE) ARITHMETIC(VEX_MUL, low, low, ck_number_in_pool(b, 0x1p-64));
}

// exp(x) of any x, which is lost: 2^n in two factors.
static void put_exp(ck_builder *b, int x, int out) {
  LOAD(out, NUMBER(exp_max));
  ARITHMETIC(VEX_MIN, x, out, ck_in(x));
  put_least(b, x, NUMBER(exp_min), out);
  if (vex_is_long(&b->writer)) return put_scaled(b, x, VEX_NONE, VEX_NONE, out);
  const int n = ck_take_meanwhile(b), half = ck_take_meanwhile(b), power = x;
  put_reduced(b, x, VEX_NONE, 0, exp_bits(b), n, out);
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

// log(1 + x) near 0: log1p_near of float32.
static void put_log1p(ck_builder *b, int x, int out) {
  const int square = ck_take_meanwhile(b);
  ARITHMETIC(VEX_MUL, square, x, ck_in(x));
  put_polynomial(b, out, x, square, (numbers){.singles = log_near_f32, .count = COUNT(log_near_f32)});
  FUSED(VEX_FMA_BY, out, x, ck_number_in_pool(b, -0.5));
  FUSED(VEX_FMA_BY, out, square, ck_in(x));
}

// exp(-|x|) of a place, of float64 in two parts: where a sigmoid and its slope follow each other they share it.
static int put_shared_exponential(ck_builder *b, int i, int *low) {
  const ck_instruction *now = &b->r->program->instructions[i];
  const int place = now->a;
  if (b->of == place) {
    b->meanwhile |= b->exponentials, b->of = -1;
    *low = b->exponential_low;
    return b->exponential;
  }
  const int size = ck_take_meanwhile(b), e = ck_take(b);
  *low = ck_wide(b) ? ck_take(b) : VEX_NONE;
  ARITHMETIC(VEX_OR, size, ck_number(b, place), ck_pool(b, CK_POOL_SIGN));
  put_exp_minus(b, size, VEX_NONE, *low, e);
  const ck_operation sister = now->operation == CK_sigmoid ? CK_sigmoid_slope : CK_sigmoid;
  b->exponentials = 1u << e | (ck_wide(b) ? 1u << *low : 0);
  if (i + 1 < b->end && now[1].operation == sister && now[1].a == place && now->dst != place) {
    b->of = place, b->exponential = e, b->exponential_low = *low;
  } else {
    b->meanwhile |= b->exponentials;
  }
  return e;
}

// out = (above + above_low) / (under + under_low): quotient_f64.
static void put_quotient(ck_builder *b, int above, int above_low, int under, int under_low, int out) {
  const int inverse = ck_take_meanwhile(b), left = ck_take_meanwhile(b);
  LOAD(inverse, ck_pool(b, CK_POOL_ONE));
  ARITHMETIC(VEX_DIV, inverse, inverse, ck_in(under));
  LOAD(left, ck_in(above));
  ARITHMETIC(VEX_MUL, out, above, ck_in(inverse));
  FUSED(VEX_LESS_PRODUCT, left, out, ck_in(under));
  ARITHMETIC(VEX_ADD, left, left, ck_in(above_low));
  FUSED(VEX_LESS_PRODUCT, left, out, ck_in(under_low));
  FUSED(VEX_FMA, out, inverse, ck_in(left));
}

// sum = x + one or two, and its low part, where x has one.
static void put_sum_in_two(ck_builder *b, int x, int low, vex_operand number, int sum, int sum_low) {
  ARITHMETIC(VEX_ADD, sum, x, number);
  ARITHMETIC(VEX_SUB, sum_low, sum, number);
  ARITHMETIC(VEX_SUB, sum_low, x, ck_in(sum_low));
  ARITHMETIC(VEX_ADD, sum_low, sum_low, ck_in(low));
}

static void put_sigmoid(ck_builder *b, int i, int out) {
  int low;
  const int e = put_shared_exponential(b, i, &low), x = ck_number(b, b->r->program->instructions[i].a);
  const int sum = ck_take_meanwhile(b);
  LOAD(out, ck_pool(b, CK_POOL_ONE));
  if (!ck_wide(b)) {
    ARITHMETIC(VEX_ADD, sum, e, ck_in(out));
    SELECT(VEX_LT, x, ck_pool(b, CK_POOL_ZERO), out, out, ck_in(e));
    ARITHMETIC(VEX_DIV, out, out, ck_in(sum));
    return;
  }
  const int sum_low = ck_take_meanwhile(b), above = ck_take_meanwhile(b), above_low = ck_take_meanwhile(b);
  put_sum_in_two(b, e, low, ck_pool(b, CK_POOL_ONE), sum, sum_low);
  SELECT(VEX_LT, x, ck_pool(b, CK_POOL_ZERO), above, out, ck_in(e));
  KEEP(VEX_LT, x, ck_pool(b, CK_POOL_ZERO), above_low, ck_in(low));
  put_quotient(b, above, above_low, sum, sum_low, out);
}

static void put_sigmoid_slope(ck_builder *b, int i, int out) {
  int low;
  const int e = put_shared_exponential(b, i, &low);
  if (!ck_wide(b)) {
    ARITHMETIC(VEX_ADD, out, e, ck_number_in_pool(b, 2));
    FUSED(VEX_FMA_BY, out, e, ck_pool(b, CK_POOL_ONE));
    ARITHMETIC(VEX_DIV, out, e, ck_in(out));
    return;
  }
  const int sum = ck_take_meanwhile(b), sum_low = ck_take_meanwhile(b), rest = ck_take_meanwhile(b);
  const int square = ck_take_meanwhile(b);
  put_sum_in_two(b, e, low, ck_pool(b, CK_POOL_ONE), sum, sum_low);
  ARITHMETIC(VEX_MUL, square, sum, ck_in(sum));
  LOAD(rest, ck_in(square));
  FUSED(VEX_PRODUCT_LESS, rest, sum, ck_in(sum));
  ARITHMETIC(VEX_ADD, sum, sum, ck_in(sum));
  FUSED(VEX_FMA, rest, sum, ck_in(sum_low));
  put_quotient(b, e, low, square, rest, out);
}

// out = what a table of sixteen float32 has for the lowest four bits of `which`: with VEX, half a table at a time, and what the second
// has, `upper`, where `high` has a sign.
static void put_sixteenth(ck_builder *b, const float *table, int which, int high, int upper, int out) {
  const vex_operand line = ck_line_in_pool(b, table);
  vex_look_up(&b->writer, out, which, line);
  if (vex_is_long(&b->writer)) return;
  vex_look_up(&b->writer, upper, which, (vex_operand){.kind = VEX_POOL, .pool = line.pool + CK_CODE_LINE / 2});
  vex_blend(&b->writer, out, out, ck_in(upper), high);
}

// tanh of `size`, which is lost, not negative and within limits: pieces_f32.
static void put_tanh_pieces(ck_builder *b, int size, int out) {
  enum { bits = 2, unnamed = mantissa_bits_f32 - bits, count = COUNT(tanh_pieces_f32) };
  const int begin = ck_take_meanwhile(b), piece = ck_take_meanwhile(b), term = ck_take_meanwhile(b);
  uint32_t named[CK_CODE_LINE / 4];
  for (int i = 0; i < CK_CODE_LINE / 4; i++) named[i] = ~0u << unnamed;
  LOAD(begin, ck_number_in_pool(b, 1 / tanh_step_f32));
  FUSED(VEX_FMA_BY, begin, size, ck_pool(b, CK_POOL_ONE));
  vex_shift(&b->writer, false, piece, ck_in(begin), unnamed);
  ARITHMETIC(VEX_AND, begin, begin, ck_line_in_pool(b, named));
  ARITHMETIC(VEX_SUB, begin, begin, ck_pool(b, CK_POOL_ONE));
  FUSED(VEX_FMA, size, begin, ck_number_in_pool(b, -tanh_step_f32));
  const int high = begin, upper = ck_take_mask(b);
  if (!vex_is_long(&b->writer)) SHIFT_LEFT(high, piece, 28);
  put_sixteenth(b, tanh_pieces_f32[count - 1], piece, high, upper, out);
  for (int i = count - 2; i >= 0; i--) {
    put_sixteenth(b, tanh_pieces_f32[i], piece, high, upper, term);
    FUSED(VEX_FMA_BY, out, size, ck_in(term));
  }
}

// tanh of half of `inside`, which is lost, not positive and within limits: tanh_f64.
static void put_tanh_quotient(ck_builder *b, int inside, int out) {
  const int n = ck_take_meanwhile(b), e = ck_take_meanwhile(b), low = ck_take_meanwhile(b), sum_low = inside;
  put_reduced(b, inside, VEX_NONE, bias_f64, 0, n, out);
  put_expm1_reduced(b, inside, e, out);
  SHIFT_LEFT(n, n, mantissa_bits_f64);
  ARITHMETIC(VEX_MUL, low, out, ck_in(n));
  ARITHMETIC(VEX_SUB, n, n, ck_pool(b, CK_POOL_ONE));
  ARITHMETIC(VEX_ADD, e, n, ck_in(low));
  ARITHMETIC(VEX_SUB, n, e, ck_in(n));
  ARITHMETIC(VEX_SUB, low, low, ck_in(n));
  put_sum_in_two(b, e, low, ck_number_in_pool(b, 2), n, sum_low);
  put_quotient(b, e, low, n, sum_low, out);
}

static void put_tanh(ck_builder *b, int x, int out) {
  const int inside = ck_take_meanwhile(b), sign = inside;
  ARITHMETIC(VEX_AND, inside, x, ck_pool(b, CK_POOL_SIZE));
  if (ck_wide(b)) {
    ARITHMETIC(VEX_MUL, inside, inside, ck_number_in_pool(b, -2));
    put_least(b, inside, ck_number_in_pool(b, expm1_min_f64), out);
    put_tanh_quotient(b, inside, out);
  } else {
    LOAD(out, ck_number_in_pool(b, tanh_max_f32));
    ARITHMETIC(VEX_MIN, inside, out, ck_in(inside));
    put_tanh_pieces(b, inside, out);
  }
  ARITHMETIC(VEX_AND, out, out, ck_pool(b, CK_POOL_SIZE));
  ARITHMETIC(VEX_AND, sign, x, ck_pool(b, CK_POOL_SIGN));
  ARITHMETIC(VEX_OR, out, out, ck_in(sign));
}

static void put_softplus(ck_builder *b, int x, int out) {
  const int size = ck_take_meanwhile(b), e = ck_take_meanwhile(b);
  ARITHMETIC(VEX_OR, size, x, ck_pool(b, CK_POOL_SIGN));
  put_exp_minus(b, size, VEX_NONE, VEX_NONE, e);
  put_log1p(b, e, out);
  KEEP(VEX_GT, x, ck_pool(b, CK_POOL_ZERO), e, ck_in(x));
  ARITHMETIC(VEX_ADD, out, e, ck_in(out));
}

static void put_logaddexp(ck_builder *b, int x, int y, int out) {
  const int large = ck_take_meanwhile(b), small = ck_take_meanwhile(b), difference = ck_take_meanwhile(b);
  const int low = ck_take_meanwhile(b), e = ck_take_meanwhile(b);
  ARITHMETIC(VEX_MAX, large, x, ck_in(y));
  ARITHMETIC(VEX_MIN, small, y, ck_in(x));
  ARITHMETIC(VEX_SUB, difference, large, ck_in(small));
  KEEP(VEX_NE, x, ck_in(y), difference, ck_in(difference));
  ARITHMETIC(VEX_SUB, e, difference, ck_in(large));  // the part of it that is small's
  ARITHMETIC(VEX_SUB, low, difference, ck_in(e));
  ARITHMETIC(VEX_SUB, low, large, ck_in(low));
  ARITHMETIC(VEX_ADD, e, small, ck_in(e));
  ARITHMETIC(VEX_SUB, low, low, ck_in(e));
  ARITHMETIC(VEX_XOR, difference, difference, ck_pool(b, CK_POOL_SIGN));
  ARITHMETIC(VEX_XOR, low, low, ck_pool(b, CK_POOL_SIGN));
  KEEP(VEX_LT, difference, ck_pool(b, CK_POOL_ZERO), low, ck_in(low));
  KEEP(VEX_GT, difference, NUMBER(exp_min), low, ck_in(low));
  put_exp_minus(b, difference, low, VEX_NONE, e);
  put_log1p(b, e, out);
  ARITHMETIC(VEX_ADD, out, large, ck_in(out));
}

void ck_put_function(ck_builder *b, int i, int out) {
  const ck_instruction *now = &b->r->program->instructions[i];
  const ck_operation operation = ck_operation_of(b->r, now);
  if (operation == CK_sigmoid) return put_sigmoid(b, i, out);
  if (operation == CK_sigmoid_slope) return put_sigmoid_slope(b, i, out);
  const int a = ck_number(b, now->a);
  if (operation == CK_tanh) return put_tanh(b, a, out);
  if (operation == CK_softplus) return put_softplus(b, a, out);
  if (operation == CK_logaddexp) return put_logaddexp(b, a, ck_number(b, now->b), out);
  if (operation == CK_log1p) return put_log1p(b, a, out);
  const int x = ck_take_meanwhile(b);
  LOAD(x, ck_in(a));
  if (is_negative(b->r, i)) put_exp_minus(b, x, VEX_NONE, VEX_NONE, out);
  else put_exp(b, x, out);
}
#endif
