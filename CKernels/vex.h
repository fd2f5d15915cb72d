// How x86-64 writes AVX instructions down (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, 2.3: the VEX
// prefix), as far as assemble.c wants them. Registers are numbers; vectors are of 256 bits, of float64 where code is `wide`, else of
// float32.
//
// A function made of these is called with the bytes to go in rdi and the places in rsi; rcx counts the bytes that are done.
// Where it is `twice`, every instruction on vectors follows once more at once, on the next vector of each stream and in the
// registers from VEX_HALF on: two chains of results that do not wait for each other.
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
  bool wide, twice;
} vex_code;
enum { VEX_HALF = 8, VEX_BYTES = 32, VEX_NONE = -1 };

typedef struct {
  enum { VEX_REGISTER, VEX_POOL, VEX_STREAM } kind;
  int reg;              // a vector's, or of a stream the one that has its address
  int index, offset;    // in a stream: a register, and bytes
  const uint8_t *pool;  // an address near the code
} vex_operand;

enum {
  VEX_SQRT = 0x51, VEX_AND = 0x54, VEX_AND_NOT, VEX_OR, VEX_XOR, VEX_ADD, VEX_MUL, VEX_SUB = 0x5c, VEX_MIN, VEX_DIV, VEX_MAX
};
// A multiply-add in place: out + a·b, a·out + b, and b - a·out.
enum { VEX_FMA = 0xb8, VEX_FMA_BY = 0xa8, VEX_FMA_LESS = 0xac };
// None signals but for a NaN.
enum { VEX_EQ = 0, VEX_LT = 17, VEX_LE, VEX_UNORDERED = 3, VEX_NE = 4, VEX_ORDERED = 7, VEX_GE = 29, VEX_GT };
enum { VEX_NEAREST = 8, VEX_DOWN, VEX_UP, VEX_TO_ZERO };

static inline void vex_byte(vex_code *c, int byte) { *c->at++ = (uint8_t)byte; }

static inline void vex_word(vex_code *c, int64_t word) {
  const int32_t bits = (int32_t)word;
  memcpy(c->at, &bits, sizeof bits);
  c->at += sizeof bits;
}

enum { VEX_66 = 1, VEX_WIDE = 0x80 };

// The prefix, the code, and the operands: `reg`, `other` and what `rm` names. `last`: the byte that follows.
static inline void vex_put_once(vex_code *c, int map, int prefix, int code, int reg, int other, vex_operand rm, int last) {
  const int base = rm.kind == VEX_POOL ? 0 : rm.reg, middle = (reg & 7) << 3;
  vex_byte(c, 0xc4);
  vex_byte(c, (reg < 8) << 7 | 1 << 6 | (base < 8) << 5 | map);
  vex_byte(c, (other == VEX_NONE ? 15 : ~other & 15) << 3 | 1 << 2 | prefix);
  vex_byte(c, code);
  switch (rm.kind) {
  case VEX_REGISTER: vex_byte(c, 0xc0 | middle | (base & 7)); break;
  case VEX_POOL:  // by its distance from the next instruction
    vex_byte(c, middle | 5);
    vex_word(c, rm.pool - (c->at + 4 + (last != VEX_NONE)));
    break;
  case VEX_STREAM:  // [base + index + offset]
    vex_byte(c, (rm.offset ? 0x80 : 0) | middle | 4);
    vex_byte(c, rm.index << 3 | (base & 7));
    if (rm.offset) vex_word(c, rm.offset);
  }
  if (last != VEX_NONE) vex_byte(c, last);
}

// `next`: what is added to `reg` and to `last` for the second vector.
static inline void vex_put_as(vex_code *c, int map, int prefix, int code, int reg, int other, vex_operand rm, int last,
                              int next_reg, int next_last) {
  vex_put_once(c, map, prefix, code, reg, other, rm, last);
  if (!c->twice) return;
  if (rm.kind == VEX_REGISTER) rm.reg += VEX_HALF;
  if (rm.kind == VEX_STREAM) rm.offset += VEX_BYTES;
  vex_put_once(c, map, prefix, code, reg + next_reg, other == VEX_NONE ? other : other + VEX_HALF, rm,
               last == VEX_NONE ? last : last + next_last);
}

static inline void vex_put(vex_code *c, int map, int prefix, int code, int reg, int other, vex_operand rm, int last) {
  vex_put_as(c, map, prefix, code, reg, other, rm, last, VEX_HALF, 0);
}

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
  vex_put_as(c, 1, VEX_66, c->wide ? 0x73 : 0x72, left ? 6 : 2, out, a, bits, 0, 0);
}

static inline void vex_compare(vex_code *c, int how, int out, int a, vex_operand b) {
  vex_put(c, 1, c->wide, 0xc2, out, a, b, how);
}

// `yes` where the mask's sign is set, else `no`.
static inline void vex_blend(vex_code *c, int out, int no, vex_operand yes, int mask) {
  vex_put_as(c, 3, VEX_66, c->wide ? 0x4b : 0x4a, out, no, yes, mask << 4, VEX_HALF, VEX_HALF << 4);
}

static inline void vex_round(vex_code *c, int how, int out, vex_operand a) {
  vex_put(c, 3, VEX_66, c->wide ? 9 : 8, out, VEX_NONE, a, how);
}

static inline void vex_load(vex_code *c, int out, vex_operand from) {
  vex_put(c, 1, c->wide, 0x10, out, VEX_NONE, from, VEX_NONE);
}

static inline void vex_store(vex_code *c, bool past_caches, int from, vex_operand to) {
  vex_put(c, 1, c->wide, past_caches ? 0x2b : 0x11, from, VEX_NONE, to, VEX_NONE);
}

// One element at an address, in all lanes.
static inline void vex_broadcast(vex_code *c, int out, int address) {
  for (int reg = out; reg <= out + (c->twice ? VEX_HALF : 0); reg += VEX_HALF) {
    vex_byte(c, 0xc4);
    vex_byte(c, (reg < 8) << 7 | 1 << 6 | 1 << 5 | 2);
    vex_byte(c, 15 << 3 | 1 << 2 | 1);
    vex_byte(c, c->wide ? 0x19 : 0x18);
    vex_byte(c, (reg & 7) << 3 | address);
  }
}

// Loads the address of a place.
static inline void vex_pointer(vex_code *c, int reg, int place) {
  vex_byte(c, 0x48 | (reg >= 8) << 2);
  vex_byte(c, 0x8b);
  vex_byte(c, 2 << 6 | (reg & 7) << 3 | VEX_RSI);
  vex_word(c, place * 8);
}

// The scratch register becomes the count, of which only these bits.
static inline void vex_scratch_count(vex_code *c, int mask) {
  vex_byte(c, 0x89), vex_byte(c, 0xc8);    // mov eax, ecx
  vex_byte(c, 0x25), vex_word(c, mask);    // and eax, mask
}

static inline void vex_zero_count(vex_code *c) { vex_byte(c, 0x31), vex_byte(c, 0xc9); }  // xor ecx, ecx

// The beginning of the loop, which `vex_again` ends.
static inline uint8_t *vex_loop(vex_code *c) {
  vex_zero_count(c);
  while ((uintptr_t)c->at % 32) vex_byte(c, 0x90);
  return c->at;
}

static inline void vex_again(vex_code *c, int step, const uint8_t *loop) {
  vex_byte(c, 0x48), vex_byte(c, 0x81), vex_byte(c, 0xc1), vex_word(c, step);  // add rcx, step
  vex_byte(c, 0x48), vex_byte(c, 0x39), vex_byte(c, 0xf9);                      // cmp rcx, rdi
  vex_byte(c, 0x0f), vex_byte(c, 0x82), vex_word(c, loop - (c->at + 4));        // jb loop
}

static inline void vex_return(vex_code *c) {
  vex_byte(c, 0xc5), vex_byte(c, 0xf8), vex_byte(c, 0x77);  // vzeroupper
  vex_byte(c, 0xc3);
}

#endif
