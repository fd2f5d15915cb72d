// The instructions on vectors (vex.h): `out`, `a` and other numbers are registers, an operand may be in memory too.
#ifndef CK_VEX_VECTORS_H
#define CK_VEX_VECTORS_H

#include "vex.h"

static inline void vex_arithmetic(vex_code *c, int code, int out, int a, vex_operand b) {
  vex_put(c, 1, c->wide, code, out, a, b, VEX_NONE);
}

static inline void vex_fused(vex_code *c, int code, int out, int a, vex_operand b) {
  vex_put(c, 2, VEX_66 | (c->wide ? VEX_WIDE : 0), code, out, a, b, VEX_NONE);
}

// Integers as wide as the numbers: a sum, a difference, and a shift by so many bits.
static inline void vex_add_whole(vex_code *c, int out, int a, vex_operand b) {
  vex_put(c, 1, VEX_66, c->wide ? 0xd4 : 0xfe, out, a, b, VEX_NONE);
}

static inline void vex_subtract_whole(vex_code *c, int out, int a, vex_operand b) {
  vex_put(c, 1, VEX_66, c->wide ? 0xfb : 0xfa, out, a, b, VEX_NONE);
}

static inline void vex_shift(vex_code *c, bool left, int out, vex_operand a, int bits) {
  vex_put_as(c, 1, VEX_66, c->wide ? 0x73 : 0x72, left ? 6 : 2, out, a, bits, 0, vex_half(c), 0);
}

// In each lane that one of the table's numbers, a vector of float32, which the lowest bits of `which` name.
static inline void vex_look_up(vex_code *c, int out, int which, vex_operand table) {
  vex_put(c, 2, VEX_66 | VEX_PLAIN, 0x16, out, which, table, VEX_NONE);
}

// Where a and b compare like that, for the next instruction with VEX_MASK: of EVEX only, mask register 1, and 2 for the second vector.
static inline void vex_compare_to_mask(vex_code *c, int how, int a, vex_operand b) {
  vex_put_as(c, 1, c->wide, 0xc2, 1, a, b, how, 1, vex_half(c), 0);
}

// All bits where a and b compare like that, else none.
static inline void vex_compare(vex_code *c, int how, int out, int a, vex_operand b) {
  if (!vex_is_long(c)) return vex_put(c, 1, c->wide, 0xc2, out, a, b, how);
  vex_compare_to_mask(c, how, a, b);
  const vex_operand mask = {.kind = VEX_REGISTER, .reg = 1};
  vex_put_as(c, 2, VEX_F3, 0x38, out, VEX_NONE, mask, VEX_NONE, vex_half(c), 1, 0);
}

// One element in memory, in all lanes.
static inline void vex_broadcast(vex_code *c, int out, vex_operand from) {
  vex_put(c, 2, VEX_66 | VEX_PLAIN, c->wide ? 0x19 : 0x18, out, VEX_NONE, from, VEX_NONE);
}

static inline void vex_load(vex_code *c, int out, vex_operand from) {
  const int mask = c->tail && from.kind == VEX_STREAM ? VEX_TAIL | VEX_ZEROED : 0;
  vex_put(c, 1, c->wide | mask | VEX_PLAIN, 0x10, out, VEX_NONE, from, VEX_NONE);
}

// `yes` where the mask has all bits, else `no`.
static inline void vex_blend(vex_code *c, int out, int no, vex_operand yes, int mask) {
  if (!vex_is_long(c))
    return vex_put_as(c, 3, VEX_66, c->wide ? 0x4b : 0x4a, out, no, yes, mask << 4, vex_half(c), vex_half(c),
                      vex_half(c) << 4);
  // Bit by bit, by a table of eight: of out, the second and the third.
  if (out == no) return vex_put(c, 3, VEX_66, 0x25, out, mask, yes, 0xb8);
  vex_load(c, out, (vex_operand){.kind = VEX_REGISTER, .reg = mask});
  vex_put(c, 3, VEX_66, 0x25, out, no, yes, 0xac);
}

// `yes` where a and b compare like that, else `no`; and `value`, else 0. With VEX, `mask` has the comparison afterwards.
static inline void vex_select(vex_code *c, int how, int a, vex_operand b, int out, int no, vex_operand yes, int mask) {
  if (vex_is_long(c)) {
    vex_compare_to_mask(c, how, a, b);
    vex_put(c, 2, VEX_66 | VEX_MASK, 0x65, out, no, yes, VEX_NONE);
  } else {
    vex_compare(c, how, mask, a, b);
    vex_blend(c, out, no, yes, mask);
  }
}

static inline void vex_keep(vex_code *c, int how, int a, vex_operand b, int out, vex_operand value, int mask) {
  if (vex_is_long(c)) {
    vex_compare_to_mask(c, how, a, b);
    vex_put(c, 1, c->wide | VEX_MASK | VEX_ZEROED | VEX_PLAIN, 0x10, out, VEX_NONE, value, VEX_NONE);
  } else {
    vex_compare(c, how, mask, a, b);
    vex_arithmetic(c, VEX_AND, out, mask, value);
  }
}

static inline void vex_round(vex_code *c, int how, int out, vex_operand a) {
  vex_put(c, 3, VEX_66, c->wide ? 9 : 8, out, VEX_NONE, a, how);
}

// a·2^b, rounded once, b being whole: of AVX-512 only.
static inline void vex_scale(vex_code *c, int out, int a, vex_operand b) { vex_put(c, 2, VEX_66, 0x2c, out, a, b, VEX_NONE); }

static inline void vex_store(vex_code *c, bool past_caches, int from, vex_operand to) {
  vex_put(c, 1, c->wide | (c->tail ? VEX_TAIL : 0), past_caches && !c->tail ? 0x2b : 0x11, from, VEX_NONE, to, VEX_NONE);
}

#endif
