// What a run of a program has settled before the first element (program.c), for those who then do the work (tile.c).
#ifndef CK_PROGRAM_H
#define CK_PROGRAM_H

#include "elementwise.h"
#include "layout.h"

enum { CK_PLACES = CK_MAX_OPERANDS + CK_MAX_CONSTANTS + CK_MAX_REGISTERS };

typedef struct {
  const ck_program *program;
  const ck_elementwise *kernels;
  const ck_operand *operands;
  ck_dtype compute;
  ck_layout layout;
  int64_t tiles, tiles_per_share;  // a share is what a thread takes at a time
  bool repeated[CK_PLACES];        // one element stands for the whole tile
  int slot[CK_MAX_OPERANDS];  // of scratch memory, that an operand is converted into or out of; -1: it is used in place
  bool past[CK_MAX_OPERANDS];  // an output that is written past the caches, whose lines would else be read first
  int slots;                   // for operands, then registers
  int64_t slot_bytes;          // a value of a whole tile
  int64_t constants[CK_MAX_CONSTANTS];  // elements of the compute type
  bool by_rows;                         // one instruction, row by row of a tile, on what lies contiguous in a row
  int bools;  // the operand whose bools a comparison, or `where`, writes or reads as they are, being all there is; or -1
  bool large;                           // the results are in no cache when they are read, and nor are operands of their size
  bool moves;                           // elements only change places: nothing is computed or converted
  int joined;                           // the operand that one instruction joins, turned, with another one; -1: there is none
  bool converts;                        // elements change their type, and perhaps places: from memory to memory, without a slot
  const ck_code *code;                  // for stretches of instructions; NULL if there is none
} ck_run_plan;

// Settles everything for these operands: all tiles are one share. It is `times` such runs that make the results; an output without
// memory is one that each run gets anew, and that is read afterwards.
void ck_run_make(ck_run_plan *plan, const ck_program *program, ck_dtype compute, int rank, const int64_t *shape,
                 const ck_operand *operands, int64_t times);
// Whether the results of so many such runs are larger than the caches.
bool ck_has_large_results(const ck_run_plan *plan, int64_t times);
// Which operands need a slot, those of another dtype or not contiguous in a tile, once the loop has been cut (slots.c).
void ck_assign_slots(ck_run_plan *plan);
// A loop over so many elements, of operands of which `repeats`, if not NULL, says how they lie flat.
void ck_run_planned(const ck_program *program, ck_dtype compute, int rank, const int64_t *shape, int64_t elements,
                    const ck_operand *operands, const bool *repeats);
// The body of the parallel loop; `plan` is a ck_run_plan.
void ck_run_share(void *plan, int64_t share);
// All of it on this thread, for operands elsewhere in memory, of the same dtypes and strides.
void ck_run_again(const ck_run_plan *plan, const ck_operand *operands);

// What an instruction amounts to (operations.c), whose second operand lies at `b`: a power of which every exponent is 2 is a square.
ck_operation ck_amounts_to(ck_operation operation, ck_dtype compute, const void *b, bool b_repeats);

extern const ck_operation_info ck_operations[CK_OPERATION_COUNT];

// Whether all that the program does is to copy an operand.
static inline bool ck_only_copies(const ck_program *p) {
  return p->count == 1 && p->instructions[0].operation == CK_copy && p->inputs == 1;
}

// Whether the place is an operand of the instruction.
static inline bool ck_reads(const ck_instruction *in, int place) {
  const int arity = ck_operations[in->operation].arity;
  return in->a == place || (arity > 1 && in->b == place) || (arity > 2 && in->c == place);
}

#endif
