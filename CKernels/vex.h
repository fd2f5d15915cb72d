// How x86-64 writes AVX instructions down (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, 2.3: the VEX
// prefix), as far as assemble.c wants them. Registers are numbers; vectors are of 256 bits, of float64 where `wide`, else of float32.
//
// A function made of these is called with the bytes to go in rdi and the places in rsi; rcx counts the bytes that are done.
#ifndef CK_VEX_H
#define CK_VEX_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { VEX_RAX, VEX_RCX, VEX_RDX, VEX_RSI = 6, VEX_R8 = 8, VEX_SCRATCH = VEX_RAX };
// Registers that a function may use without keeping what they hold.
static const int vex_pointers[] = {VEX_R8, VEX_R8 + 1, VEX_R8 + 2, VEX_R8 + 3};

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
enum { VEX_EQ = 0, VEX_LT = 17, VEX_LE, VEX_UNORDERED = 3, VEX_NE = 4, VEX_ORDERED = 7, VEX_GE = 29, VEX_GT };  // none signals but for a NaN
enum { VEX_NEAREST = 8, VEX_DOWN, VEX_UP, VEX_TO_ZERO };

static inline void vex_byte(uint8_t **at, int byte) { *(*at)++ = (uint8_t)byte; }

static inline void vex_word(uint8_t **at, int64_t word) {
  const int32_t bits = (int32_t)word;
  memcpy(*at, &bits, sizeof bits);
  *at += sizeof bits;
}

enum { VEX_66 = 1, VEX_WIDE = 0x80 };

// The prefix, the code, and the operands: `reg`, `other` and what `rm` names. `last`: the bytes that follow.
static inline void vex_put(uint8_t **at, int map, int prefix, int code, int reg, int other, vex_operand rm, int last) {
  const int base = rm.kind == VEX_POOL ? 0 : rm.reg;
  vex_byte(at, 0xc4);
  vex_byte(at, (reg < 8) << 7 | 1 << 6 | (base < 8) << 5 | map);
  vex_byte(at, (~other & 15) << 3 | 1 << 2 | prefix);
  vex_byte(at, code);
  const int middle = (reg & 7) << 3;
  switch (rm.kind) {
  case VEX_REGISTER: vex_byte(at, 0xc0 | middle | (base & 7)); break;
  case VEX_POOL:  // by its distance from the next instruction
    vex_byte(at, middle | 5);
    vex_word(at, rm.pool - (*at + 4 + last));
    break;
  case VEX_STREAM:  // [base + index + offset]
    vex_byte(at, (rm.offset ? 0x80 : 0) | middle | 4);
    vex_byte(at, rm.index << 3 | (base & 7));
    if (rm.offset) vex_word(at, rm.offset);
  }
}

static inline void vex_arithmetic(uint8_t **at, bool wide, int code, int out, int a, vex_operand b) {
  vex_put(at, 1, wide, code, out, a, b, 0);
}

static inline void vex_fused(uint8_t **at, bool wide, int code, int out, int a, vex_operand b) {
  vex_put(at, 2, VEX_66 | (wide ? VEX_WIDE : 0), code, out, a, b, 0);
}

// Integers as wide as the numbers: a sum, a difference, and a shift by so many bits.
static inline void vex_add_whole(uint8_t **at, bool wide, int out, int a, vex_operand b) {
  vex_put(at, 1, VEX_66, wide ? 0xd4 : 0xfe, out, a, b, 0);
}

static inline void vex_subtract_whole(uint8_t **at, bool wide, int out, int a, vex_operand b) {
  vex_put(at, 1, VEX_66, wide ? 0xfb : 0xfa, out, a, b, 0);
}

static inline void vex_shift(uint8_t **at, bool wide, bool left, int out, vex_operand a, int bits) {
  vex_put(at, 1, VEX_66, wide ? 0x73 : 0x72, left ? 6 : 2, out, a, 1);
  vex_byte(at, bits);
}

static inline void vex_compare(uint8_t **at, bool wide, int how, int out, int a, vex_operand b) {
  vex_put(at, 1, wide, 0xc2, out, a, b, 1);
  vex_byte(at, how);
}

// `yes` where the mask's sign is set, else `no`.
static inline void vex_blend(uint8_t **at, bool wide, int out, int no, vex_operand yes, int mask) {
  vex_put(at, 3, VEX_66, wide ? 0x4b : 0x4a, out, no, yes, 1);
  vex_byte(at, mask << 4);
}

static inline void vex_round(uint8_t **at, bool wide, int how, int out, vex_operand a) {
  vex_put(at, 3, VEX_66, wide ? 9 : 8, out, 0, a, 1);
  vex_byte(at, how);
}

static inline void vex_load(uint8_t **at, bool wide, int out, vex_operand from) {
  vex_put(at, 1, wide, 0x10, out, 0, from, 0);
}

static inline void vex_store(uint8_t **at, bool wide, bool past_caches, int from, vex_operand to) {
  vex_put(at, 1, wide, past_caches ? 0x2b : 0x11, from, 0, to, 0);
}

// One element at an address, in all lanes.
static inline void vex_broadcast(uint8_t **at, bool wide, int out, int address) {
  vex_byte(at, 0xc4);
  vex_byte(at, (out < 8) << 7 | 1 << 6 | 1 << 5 | 2);
  vex_byte(at, 15 << 3 | 1 << 2 | 1);
  vex_byte(at, wide ? 0x19 : 0x18);
  vex_byte(at, (out & 7) << 3 | address);
}

// Loads the address of a place.
static inline void vex_pointer(uint8_t **at, int reg, int place) {
  vex_byte(at, 0x48 | (reg >= 8) << 2);
  vex_byte(at, 0x8b);
  vex_byte(at, 2 << 6 | (reg & 7) << 3 | VEX_RSI);
  vex_word(at, place * 8);
}

// The scratch register becomes the count, of which only these bits.
static inline void vex_scratch_count(uint8_t **at, int mask) {
  vex_byte(at, 0x89), vex_byte(at, 0xc8);                    // mov eax, ecx
  vex_byte(at, 0x25), vex_word(at, mask);                    // and eax, mask
}

static inline void vex_zero_count(uint8_t **at) { vex_byte(at, 0x31), vex_byte(at, 0xc9); }  // xor ecx, ecx

// The beginning of the loop, which `vex_again` ends.
static inline uint8_t *vex_loop(uint8_t **at) {
  vex_zero_count(at);
  while ((uintptr_t)*at % 32) vex_byte(at, 0x90);
  return *at;
}

static inline void vex_again(uint8_t **at, int step, const uint8_t *loop) {
  vex_byte(at, 0x48), vex_byte(at, 0x81), vex_byte(at, 0xc1), vex_word(at, step);  // add rcx, step
  vex_byte(at, 0x48), vex_byte(at, 0x39), vex_byte(at, 0xf9);                      // cmp rcx, rdi
  vex_byte(at, 0x0f), vex_byte(at, 0x82), vex_word(at, loop - (*at + 4));          // jb loop
}

static inline void vex_return(uint8_t **at) {
  vex_byte(at, 0xc5), vex_byte(at, 0xf8), vex_byte(at, 0x77);  // vzeroupper
  vex_byte(at, 0xc3);
}

#endif
