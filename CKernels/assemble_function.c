// Functions that are made of an exponential, and tanh, in machine code: step by step those of vector_functions.inc, vector_pieces.inc and
// vector_tail.inc, so the same bits. Everything is computed in every lane, without a branch.
#include "assemble_exp.h"
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
  ck_put_exp_minus(b, size, VEX_NONE, *low, e);
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
  ck_put_reduced(b, inside, VEX_NONE, bias_f64, 0, n, out);
  ck_put_expm1_reduced(b, inside, e, out);
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
    ck_put_least(b, inside, ck_number_in_pool(b, expm1_min_f64), out);
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
  ck_put_exp_minus(b, size, VEX_NONE, VEX_NONE, e);
  ck_put_log1p(b, e, out);
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
  ck_put_exp_minus(b, difference, low, VEX_NONE, e);
  ck_put_log1p(b, e, out);
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
  if (operation == CK_log1p) return ck_put_log1p(b, a, out);
  const int x = ck_take_meanwhile(b);
  LOAD(x, ck_in(a));
  if (is_negative(b->r, i)) ck_put_exp_minus(b, x, VEX_NONE, VEX_NONE, out);
  else ck_put_exp(b, x, out);
}
#endif
