// Code that is being written down: which register has what (builder.c).
#ifndef CK_BUILDER_H
#define CK_BUILDER_H

#include "code.h"
#include "vex_loop.h"
#include "vex_vectors.h"

typedef struct {
  const ck_run_plan *r;
  int first, end, now;        // the instructions, and which one is being put
  int summed;                 // as ck_assemble's
  int functions;              // of the instructions, how many are one of assemble_function.c
  int copy;                   // which of the round's vectors
  ck_code_room room;
  vex_code writer;
  bool failed;                // out of registers
  uint32_t free;              // vector registers
  uint32_t meanwhile;         // those that are free again after the instruction
  int8_t held[CK_PLACES];     // the register that has a place's value; -1
  bool truth[CK_PLACES];      // ... as all bits or none, which is what a comparison gives
  int8_t pointer[CK_PLACES];  // the register that has a place's address; -1
  int exponential, of;        // the register that has exp(-|x|) of a place, for the next instruction; of -1: none has
  int exponential_low;        // ... and the one that has its low part, of float64
  uint32_t exponentials;      // a bit for each of the two
} ck_builder;

static inline bool ck_wide(const ck_builder *b) { return b->r->compute == CK_FLOAT64; }
static inline vex_operand ck_in(int reg) { return (vex_operand){.kind = VEX_REGISTER, .reg = reg}; }
static inline vex_operand ck_pool(const ck_builder *b, int line) {
  return (vex_operand){.kind = VEX_POOL, .pool = b->room.pool + line * CK_CODE_LINE};
}
// The line that has these bytes, and that has this number in all lanes.
vex_operand ck_line_in_pool(ck_builder *b, const void *line);
vex_operand ck_number_in_pool(ck_builder *b, double number);
#define ARITHMETIC(code, out, a, rm) vex_arithmetic(&b->writer, code, out, a, rm)
#define FUSED(code, out, a, rm) vex_fused(&b->writer, code, out, a, rm)
#define ADD_WHOLE(out, a, rm) vex_add_whole(&b->writer, out, a, rm)
#define SHIFT_LEFT(out, a, bits) vex_shift(&b->writer, true, out, ck_in(a), bits)
#define COMPARE(how, out, a, rm) vex_compare(&b->writer, how, out, a, rm)
#define BLEND(out, no, yes, mask) vex_blend(&b->writer, out, no, yes, mask)
#define SELECT(how, a, rm, out, no, yes) vex_select(&b->writer, how, a, rm, out, no, yes, ck_take_mask(b))
#define KEEP(how, a, rm, out, value) vex_keep(&b->writer, how, a, rm, out, value, ck_take_mask(b))
#define LOAD(out, from) vex_load(&b->writer, out, from)

// A free register; and one that is free again after the instruction.
int ck_take(ck_builder *b);
int ck_take_meanwhile(ck_builder *b);
// One for a mask, where masks are in vector registers.
static inline int ck_take_mask(ck_builder *b) { return vex_is_long(&b->writer) ? VEX_NONE : ck_take_meanwhile(b); }

// The line of the pool that has a constant's number; -1 if the place is no constant.
int ck_constant(const ck_builder *b, int place);
// Where the place's elements of this round are.
vex_operand ck_memory(ck_builder *b, int place);
// The place's value in a register, loaded where it is not there yet; the same as a number; and as the second operand of an
// instruction, which a constant may be without being loaded.
int ck_value(ck_builder *b, int place);
int ck_number(ck_builder *b, int place);
vex_operand ck_operand_of(ck_builder *b, int place);

// What the instruction amounts to, where a constant says so; and its code, with the result in `out`: true iff it is a truth value
// (assemble_operation.c).
ck_operation ck_operation_of(const ck_run_plan *r, const ck_instruction *in);
bool ck_put(ck_builder *b, const ck_instruction *in, int out);

// The same for functions that are made of an exponential (assemble_function.c): whether instruction i is one that can be put.
bool ck_is_assembled_function(const ck_run_plan *r, int i);
void ck_put_function(ck_builder *b, int i, int out);

#endif
