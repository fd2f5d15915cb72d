// What is around the instructions on vectors (vex.h): addresses, counts, the loop and its tail.
#ifndef CK_VEX_LOOP_H
#define CK_VEX_LOOP_H

#include "vex.h"

#define VEX_WRITE(c, ...) vex_write(c, sizeof (uint8_t[]){__VA_ARGS__}, (const uint8_t[]){__VA_ARGS__})
static inline void vex_write(vex_code *c, size_t count, const uint8_t *bytes) {
  memcpy(c->at, bytes, count);
  c->at += count;
}

// Loads the address of a place.
static inline void vex_pointer(vex_code *c, int reg, int place) {
  VEX_WRITE(c, 0x48 | (reg >= 8) << 2, 0x8b, 2 << 6 | (reg & 7) << 3 | VEX_RSI);
  vex_word(c, place * 8);
}

// The scratch register becomes the count, of which only these bits.
static inline void vex_scratch_count(vex_code *c, int mask) {
  VEX_WRITE(c, 0x89, 0xc8);  // mov eax, ecx
  VEX_WRITE(c, 0x25), vex_word(c, mask);  // and eax, mask
}

static inline void vex_zero_count(vex_code *c) { VEX_WRITE(c, 0x31, 0xc9); }  // xor ecx, ecx

// A jump on zero to what comes later: to where vex_land is called with what this returns.
static inline uint8_t *vex_jump_on_zero(vex_code *c) {
  VEX_WRITE(c, 0x0f, 0x84), vex_word(c, 0);
  return c->at;
}

static inline void vex_land(vex_code *c, uint8_t *jump) {
  vex_code before = {.at = jump - 4};
  vex_word(&before, c->at - jump);
}

// Counts from 0; rdx becomes what of the bytes is whole steps, and the zero flag tells whether nothing is.
static inline void vex_whole_steps(vex_code *c, int step) {
  vex_zero_count(c);
  VEX_WRITE(c, 0x48, 0x89, 0xfa);  // mov rdx, rdi
  VEX_WRITE(c, 0x48, 0x81, 0xe2), vex_word(c, -step);  // and rdx, -step
}

// The beginning of a loop, which `vex_again` ends: at the bytes in rdx, or at all of them.
static inline uint8_t *vex_loop(vex_code *c) {
  while ((uintptr_t)c->at % 32) vex_byte(c, 0x90);
  return c->at;
}

static inline void vex_again(vex_code *c, int step, bool whole_steps, const uint8_t *loop) {
  VEX_WRITE(c, 0x48, 0x81, 0xc1), vex_word(c, step);  // add rcx, step
  VEX_WRITE(c, 0x48, 0x39, whole_steps ? 0xd1 : 0xf9);  // cmp rcx, rdx or rdi
  VEX_WRITE(c, 0x0f, 0x82), vex_word(c, loop - (c->at + 4));  // jb loop
}

// Makes the masks of a tail, registers 3 and 4, of the bytes that are left. The jump where there are none is returned.
static inline uint8_t *vex_tail_masks(vex_code *c) {
  VEX_WRITE(c, 0x29, 0xcf);  // sub edi, ecx
  uint8_t *const none = vex_jump_on_zero(c);
  VEX_WRITE(c, 0xc1, 0xef, c->wide ? 3 : 2);  // shr edi
  VEX_WRITE(c, 0xb8), vex_word(c, -1);  // mov eax, -1
  VEX_WRITE(c, 0xc4, 0xe2, 0x40, 0xf5, 0xc0);  // bzhi eax, eax, edi
  VEX_WRITE(c, 0xc5, 0xf8, 0x92, 0xd8);  // kmovw k3, eax
  VEX_WRITE(c, 0xc1, 0xe8, c->bytes >> (c->wide ? 3 : 2));  // shr eax
  VEX_WRITE(c, 0xc5, 0xf8, 0x92, 0xe0);  // kmovw k4, eax
  return none;
}

static inline void vex_return(vex_code *c) {
  VEX_WRITE(c, 0xc5, 0xf8, 0x77, 0xc3);  // vzeroupper, ret
}

#endif
