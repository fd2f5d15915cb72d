// Machine code for stretches of a program: several instructions in one loop, whose values stay in registers (code.c).
#ifndef CK_CODE_H
#define CK_CODE_H

#include "program.h"

// The instructions from `first` on, of which there are `count`. `run` does them for `bytes` of each place, a multiple of
// `step`, and more than 0; what nobody reads afterwards is not written.
typedef struct {
  int first, count, step;
  void (*run)(int64_t bytes, const void *const *places);
} ck_stretch;

enum { CK_CODE_LINE = 64, CK_STRETCHES = 16 };  // bytes of the longest vector

struct ck_code {
  struct ck_code *next;  // of the same program, for operands of another kind
  ck_dtype compute;
  int vector;               // bytes of one, by the instruction set
  uint32_t repeated, past;  // a bit for each operand
  int summed;               // the output that is added up instead of being written; -1: none
  int stretches;
  ck_stretch stretch[CK_STRETCHES];
};

// The code for this run, made where there is none yet; NULL if none can be: for other types than floats, on other processors than
// x86-64 with AVX2 or AVX-512, where the system gives no memory for code, or where no two instructions that can be assembled follow each other.
//
// With an output to be summed there is one stretch, all of the program, for operands that lie flat and a multiple of CK_CODE_ROUND
// bytes: at that output's place it leaves CK_SUM_BYTES bytes of sums, of which ck_reduce makes the sum that it makes of a row.
const ck_code *ck_code_for(const ck_run_plan *plan, int summed);
// Code for all of the program at once, if there is already: for operands of the compute type that lie flat.
const ck_stretch *ck_whole_code(const ck_program *program, ck_dtype compute, uint32_t repeated);
// Whether it is worth having, for a run over so many elements more.
bool ck_pays_to_compile(const ck_program *program, int64_t elements);
enum { CK_CODE_ROUND = 4 * CK_CODE_LINE, CK_SUM_BYTES = CK_CODE_LINE };

// Where code for vectors of so many bytes goes, and lines that it finds there: CK_POOL_FIXED of them, then one for each of the program's constants, then what
// functions want.
typedef struct {
  uint8_t *at, *end, *pool;
  int lines, vector;
} ck_code_room;
enum { CK_POOL_ZERO, CK_POOL_ONE, CK_POOL_MINUS_ONE, CK_POOL_SIGN, CK_POOL_SIZE, CK_POOL_FIXED };
enum { CK_POOL_MOST = CK_POOL_FIXED + CK_MAX_CONSTANTS + 64 };
// One number of so many bytes in all lanes.
void ck_fill_line(uint8_t *line, const void *number, size_t size);

// Writes down the longest stretch that begins at instruction `first` and fits into the registers: false if there is none
// (assemble.c).
bool ck_assemble(const ck_run_plan *plan, int first, int summed, ck_code_room *room, ck_stretch *stretch);

#endif
