// How x86-64 writes AVX and AVX-512 instructions down (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, 2.3
// and 2.7: the VEX and the EVEX prefix), as far as assemble.c wants them. Registers are numbers; vectors are of 32 bytes, with VEX, or
// of 64, with EVEX; of float64 where code is `wide`, else of float32.
//
// A function made of these is called with the bytes to go in rdi and the places in rsi; rcx counts the bytes that are done. What is
// left of them after the last step is done by instructions that follow the loop, with masks, where it is a `tail`.
// Where it is `twice`, every instruction on vectors follows once more at once, on the next vector of each stream and in the
// upper half of the registers: two chains of results that do not wait for each other.
#ifndef CK_VEX_H
#define CK_VEX_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { VEX_RAX, VEX_RCX, VEX_RDX, VEX_RSI = 6, VEX_R8 = 8, VEX_SCRATCH = VEX_RAX };
// Registers that a function may use without keeping what they hold.
static const int vex_pointers[] = {VEX_R8, VEX_R8 + 1, VEX_R8 + 2, VEX_R8 + 3};

typedef struct {
  uint8_t *at;
  int bytes;  // of a vector
  bool wide, twice, tail;
} vex_code;
enum { VEX_LONG = 64, VEX_NONE = -1 };

static inline bool vex_is_long(const vex_code *c) { return c->bytes == VEX_LONG; }
static inline int vex_registers(const vex_code *c) { return vex_is_long(c) ? 32 : 16; }
static inline int vex_half(const vex_code *c) { return vex_registers(c) / 2; }

typedef struct {
  enum { VEX_REGISTER, VEX_POOL, VEX_STREAM, VEX_ADDRESS } kind;
  int reg;              // a vector's, or the one that has the address
  int index, offset;    // in a stream: a register, and bytes
  const uint8_t *pool;  // an address near the code
} vex_operand;

enum {
  VEX_SQRT = 0x51, VEX_AND = 0x54, VEX_AND_NOT, VEX_OR, VEX_XOR, VEX_ADD, VEX_MUL, VEX_SUB = 0x5c, VEX_MIN, VEX_DIV, VEX_MAX
};
// A multiply-add in place: out + a·b, a·out + b, out - a·b, and a·b - out.
enum { VEX_FMA = 0xb8, VEX_FMA_BY = 0xa8, VEX_LESS_PRODUCT = 0xbc, VEX_PRODUCT_LESS = 0xba };
// None signals but for a NaN.
enum { VEX_EQ = 0, VEX_LT = 17, VEX_LE, VEX_UNORDERED = 3, VEX_NE = 4, VEX_ORDERED = 7, VEX_GE = 29, VEX_GT };
enum { VEX_NEAREST = 8, VEX_DOWN, VEX_UP, VEX_TO_ZERO };

static inline void vex_byte(vex_code *c, int byte) { *c->at++ = (uint8_t)byte; }

static inline void vex_word(vex_code *c, int64_t word) {
  const int32_t bits = (int32_t)word;
  memcpy(c->at, &bits, sizeof bits);
  c->at += sizeof bits;
}

// With EVEX, what a mask register says no to stays as it was, or is 0; and of the pool one number is read and repeated, but by an
// instruction that reads it `plain`. Some of each are faster than all the same: Zen 4 reads twice as many numbers as whole vectors.
enum {
  VEX_66 = 1, VEX_F3 = 2, VEX_MASK = 4, VEX_TAIL = 3 * VEX_MASK, VEX_ZEROED = 0x20, VEX_PLAIN = 0x40, VEX_WIDE = 0x80
};

// The prefix of an instruction with these operands.
static inline void vex_prefix(vex_code *c, int map, int prefix, int reg, int other, vex_operand rm) {
  const int base = rm.kind == VEX_POOL ? 0 : rm.reg;
  const int inverted = other == VEX_NONE ? 31 : ~other & 31, type = prefix & 3;
  if (!vex_is_long(c)) {
    vex_byte(c, 0xc4);
    vex_byte(c, (reg < 8) << 7 | 1 << 6 | (base < 8) << 5 | map);
    vex_byte(c, (prefix & VEX_WIDE) | (inverted & 15) << 3 | 1 << 2 | type);
    return;
  }
  const bool above = rm.kind == VEX_REGISTER && base & 16, repeats = rm.kind == VEX_POOL && !(prefix & VEX_PLAIN);
  vex_byte(c, 0x62);
  vex_byte(c, !(reg & 8) << 7 | !above << 6 | !(base & 8) << 5 | !(reg & 16) << 4 | map);
  vex_byte(c, c->wide << 7 | (inverted & 15) << 3 | 1 << 2 | type);
  vex_byte(c, (prefix & VEX_ZEROED) << 2 | 2 << 5 | repeats << 4 | (inverted & 16) >> 1 | (prefix >> 2 & 7));
}

// The prefix, the code, and the operands: `reg`, `other` and what `rm` names. `last`: the byte that follows.
static inline void vex_put_once(vex_code *c, int map, int prefix, int code, int reg, int other, vex_operand rm, int last) {
  const int middle = (reg & 7) << 3;
  vex_prefix(c, map, prefix, reg, other, rm);
  vex_byte(c, code);
  switch (rm.kind) {
  case VEX_REGISTER: vex_byte(c, 0xc0 | middle | (rm.reg & 7)); break;
  case VEX_ADDRESS: vex_byte(c, middle | (rm.reg & 7)); break;
  case VEX_POOL:  // by its distance from the next instruction
    vex_byte(c, middle | 5);
    vex_word(c, rm.pool - (c->at + 4 + (last != VEX_NONE)));
    break;
  case VEX_STREAM:  // [base + index + offset]
    vex_byte(c, (rm.offset ? 0x80 : 0) | middle | 4);
    vex_byte(c, rm.index << 3 | (rm.reg & 7));
    if (rm.offset) vex_word(c, rm.offset);
  }
  if (last != VEX_NONE) vex_byte(c, last);
}

// What is added for the second vector: `next_reg` and `next_rm` to registers, `next_last` to the last byte.
static inline void vex_put_as(vex_code *c, int map, int prefix, int code, int reg, int other, vex_operand rm, int last,
                              int next_reg, int next_rm, int next_last) {
  vex_put_once(c, map, prefix, code, reg, other, rm, last);
  if (!c->twice) return;
  if (rm.kind == VEX_REGISTER) rm.reg += next_rm;
  if (rm.kind == VEX_STREAM) rm.offset += c->bytes;
  if (other != VEX_NONE) other += vex_half(c);
  if (last != VEX_NONE) last += next_last;
  vex_put_once(c, map, prefix & 3 << 2 ? prefix + VEX_MASK : prefix, code, reg + next_reg, other, rm, last);
}

static inline void vex_put(vex_code *c, int map, int prefix, int code, int reg, int other, vex_operand rm, int last) {
  vex_put_as(c, map, prefix, code, reg, other, rm, last, vex_half(c), vex_half(c), 0);
}

#endif
