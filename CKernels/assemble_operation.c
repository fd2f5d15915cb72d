// One instruction of a program in machine code: the same operations as in operations.inc, so the same bits. A truth value stays
// what a comparison gives, all bits or none, until somebody wants its number.
#include "builder.h"

bool ck_is_cheap(ck_operation operation) {
  switch (operation) {
  case CK_copy: case CK_neg: case CK_abs: case CK_sign: case CK_sqrt: case CK_rsqrt: case CK_reciprocal: case CK_square:
  case CK_floor: case CK_ceil: case CK_trunc: case CK_round: case CK_isnan: case CK_add: case CK_sub: case CK_mul:
  case CK_div: case CK_chain: case CK_maximum: case CK_minimum: case CK_copysign: case CK_eq: case CK_ne: case CK_lt:
  case CK_le: case CK_gt: case CK_ge: case CK_where: case CK_clamp:
    return true;
  default: return false;
  }
}

#if defined(__x86_64__)
// What the instruction amounts to, where a constant says so.
ck_operation ck_operation_of(const ck_run_plan *r, const ck_instruction *in) {
  const int i = in->b - r->layout.operands, size = (int)ck_size(r->compute);
  const bool is_constant = i >= 0 && i < r->program->constants;
  return ck_amounts_to(in->operation, r->compute, (const char *)r->constants + i * size, is_constant);
}

static bool is_number(const ck_builder *b, int place, int line) {
  const int pool = ck_constant(b, place);
  return pool >= 0 && memcmp(b->room.pool + pool * CK_CODE_LINE, b->room.pool + line * CK_CODE_LINE, CK_CODE_LINE) == 0;
}

static bool is_ordinary(const ck_builder *b, int place) {  // a constant that is not NaN
  const int i = place - b->r->layout.operands;
  return ck_constant(b, place) >= 0 && b->r->program->constant_values[i] == b->r->program->constant_values[i];
}

static int comparison(ck_operation operation) {
  switch (operation) {
  case CK_eq: return VEX_EQ;
  case CK_ne: return VEX_NE;
  case CK_lt: return VEX_LT;
  case CK_le: return VEX_LE;
  case CK_gt: return VEX_GT;
  default: return VEX_GE;
  }
}

static void put_where(ck_builder *b, const ck_instruction *i, int out) {
  const int mask = ck_value(b, i->a);
  const vex_operand zero = ck_pool(b, CK_POOL_ZERO);
  const bool truth = b->truth[i->a];
  if (is_number(b, i->c, CK_POOL_ZERO)) {
    const vex_operand yes = ck_operand_of(b, i->b);
    if (truth) ARITHMETIC(VEX_AND, out, mask, yes);
    else KEEP(VEX_NE, mask, zero, out, yes);
  } else if (is_number(b, i->b, CK_POOL_ZERO)) {
    const vex_operand no = ck_operand_of(b, i->c);
    if (truth) ARITHMETIC(VEX_AND_NOT, out, mask, no);
    else KEEP(VEX_EQ, mask, zero, out, no);
  } else {
    const int no = ck_number(b, i->c);
    const vex_operand yes = ck_operand_of(b, i->b);
    if (truth) BLEND(out, no, yes, mask);
    else SELECT(VEX_NE, mask, zero, out, no, yes);
  }
}

// (a != a) ? a : ((a > b) ? a : b), or the other way round.
static void put_extreme(ck_builder *b, const ck_instruction *i, int code, int out) {
  const int a = ck_number(b, i->a);
  ARITHMETIC(code, out, a, ck_operand_of(b, i->b));
  SELECT(VEX_UNORDERED, a, ck_in(a), out, out, ck_in(a));
}

// As `between` of operations.inc.
static void put_clamp(ck_builder *b, const ck_instruction *i, int out) {
  const int low = ck_number(b, i->b), high = ck_number(b, i->c);
  ARITHMETIC(VEX_MAX, out, low, ck_operand_of(b, i->a));
  ARITHMETIC(VEX_MIN, out, high, ck_in(out));
  if (is_ordinary(b, i->b) && is_ordinary(b, i->c)) return;
  const int nan = ck_take_meanwhile(b), sum = ck_take_meanwhile(b);
  COMPARE(VEX_UNORDERED, nan, low, ck_in(high));
  ARITHMETIC(VEX_ADD, sum, low, ck_in(high));
  ARITHMETIC(VEX_AND, sum, sum, ck_in(nan));
  ARITHMETIC(VEX_AND_NOT, nan, nan, ck_pool(b, CK_POOL_SIGN));
  ARITHMETIC(VEX_OR, sum, sum, ck_in(nan));
  ARITHMETIC(VEX_ADD, out, out, ck_in(sum));
}

static void put_sign(ck_builder *b, int a, int out) {
  SELECT(VEX_LT, a, ck_pool(b, CK_POOL_ZERO), out, a, ck_pool(b, CK_POOL_MINUS_ONE));
  SELECT(VEX_GT, a, ck_pool(b, CK_POOL_ZERO), out, out, ck_pool(b, CK_POOL_ONE));
}

bool ck_put(ck_builder *b, const ck_instruction *i, int out) {
  static const uint8_t codes[CK_OPERATION_COUNT] = {
      [CK_add] = VEX_ADD, [CK_sub] = VEX_SUB, [CK_mul] = VEX_MUL, [CK_div] = VEX_DIV};
  const ck_operation operation = ck_operation_of(b->r, i);
  if (operation == CK_where) return put_where(b, i, out), false;
  if (operation == CK_clamp) return put_clamp(b, i, out), false;
  if (operation == CK_maximum || operation == CK_minimum)
    return put_extreme(b, i, operation == CK_maximum ? VEX_MAX : VEX_MIN, out), false;
  const int a = ck_number(b, i->a);
  switch (operation) {
  case CK_copy: LOAD(out, ck_in(a)); return false;
  case CK_neg: ARITHMETIC(VEX_XOR, out, a, ck_pool(b, CK_POOL_SIGN)); return false;
  case CK_abs: ARITHMETIC(VEX_AND, out, a, ck_pool(b, CK_POOL_SIZE)); return false;
  case CK_sign: put_sign(b, a, out); return false;
  case CK_sqrt: ARITHMETIC(VEX_SQRT, out, VEX_NONE, ck_in(a)); return false;
  case CK_rsqrt: case CK_reciprocal: {
    int root = a;
    if (operation == CK_rsqrt) ARITHMETIC(VEX_SQRT, root = ck_take_meanwhile(b), VEX_NONE, ck_in(a));
    LOAD(out, ck_pool(b, CK_POOL_ONE));
    ARITHMETIC(VEX_DIV, out, out, ck_in(root));
    return false;
  }
  case CK_square: ARITHMETIC(VEX_MUL, out, a, ck_in(a)); return false;
  case CK_floor: vex_round(&b->writer, VEX_DOWN, out, ck_in(a)); return false;
  case CK_ceil: vex_round(&b->writer, VEX_UP, out, ck_in(a)); return false;
  case CK_trunc: vex_round(&b->writer, VEX_TO_ZERO, out, ck_in(a)); return false;
  case CK_round: vex_round(&b->writer, VEX_NEAREST, out, ck_in(a)); return false;
  case CK_isnan: COMPARE(VEX_UNORDERED, out, a, ck_in(a)); return true;
  case CK_add: case CK_sub: case CK_mul: case CK_div:
    ARITHMETIC(codes[operation], out, a, ck_operand_of(b, i->b));
    return false;
  case CK_chain:  // (a == 0) ? 0 : a * b
    ARITHMETIC(VEX_MUL, out, a, ck_operand_of(b, i->b));
    KEEP(VEX_NE, a, ck_pool(b, CK_POOL_ZERO), out, ck_in(out));
    return false;
  case CK_copysign: {
    const int sign = ck_take_meanwhile(b);
    ARITHMETIC(VEX_AND, sign, ck_number(b, i->b), ck_pool(b, CK_POOL_SIGN));
    ARITHMETIC(VEX_AND, out, a, ck_pool(b, CK_POOL_SIZE));
    ARITHMETIC(VEX_OR, out, out, ck_in(sign));
    return false;
  }
  default: COMPARE(comparison(operation), out, a, ck_operand_of(b, i->b)); return true;
  }
}

#endif
