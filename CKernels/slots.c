// Which operands of a program are used where they lie, and which go through a slot of scratch memory; which results go past the
// caches.
#include "program.h"

// true iff the operand's elements of a tile follow one another in memory.
static bool contiguous(const ck_layout *l, int operand) {
  const int columns = l->rank - 1, rows = columns - 1;
  const int64_t *strides = l->strides[operand];
  if (strides[columns] != 1 && l->shape[columns] > 1) return false;
  return l->tile[rows] == 1 || (l->tile[columns] == l->shape[columns] && strides[rows] == l->shape[columns]);
}

// true iff a tile holds one element of the operand, repeated.
static bool repeats(const ck_layout *l, int operand) {
  const int columns = l->rank - 1, rows = columns - 1;
  return l->strides[operand][columns] == 0 && (l->strides[operand][rows] == 0 || l->tile[rows] == 1);
}

// true iff an instruction after the first one that writes `output` still reads `input`.
static bool read_after_write(const ck_program *p, int input, int output) {
  bool written = false;
  for (int i = 0; i < p->count; i++) {
    const ck_instruction *in = &p->instructions[i];
    if (written && ck_reads(in, input)) return true;
    written |= in->dst == output;
  }
  return false;
}

bool ck_has_large_results(const ck_run_plan *r, int64_t times) {
  const ck_layout *l = &r->layout;
  int64_t results = 0, all = 0;
  for (int i = 0; i < l->operands; i++) {
    int64_t bytes = times * (int64_t)ck_size(r->operands[i].dtype);
    for (int d = 0; d < l->rank; d++) bytes *= l->strides[i][d] == 0 ? 1 : l->shape[d];
    all += bytes;
    if (i >= r->program->inputs) results += bytes;
  }
  return results > CK_LARGE_RESULTS || all > CK_LARGE_PASSES;
}

// true iff nothing reads the output's memory during the run: no instruction, and it is no input too.
static bool only_written(const ck_run_plan *r, int output) {
  for (int i = 0; i < r->program->inputs; i++)
    if (r->operands[i].data == r->operands[output].data) return false;
  for (int i = 0; i < r->program->count; i++)
    if (ck_reads(&r->program->instructions[i], output)) return false;
  return true;
}

void ck_assign_slots(ck_run_plan *r) {
  const ck_program *p = r->program;
  const ck_layout *l = &r->layout;
  r->slots = 0;
  for (int i = 0; i < l->operands; i++) {
    const bool input = i < p->inputs;
    r->repeated[i] = input && repeats(l, i);
    const bool in_rows = r->by_rows && (uint64_t)l->strides[i][l->rank - 1] <= 1;
    const bool own_type = r->operands[i].dtype == r->compute || i == r->bools;
    bool direct = !r->moves && own_type && (r->joined == i || r->repeated[i] || in_rows || contiguous(l, i));
    // In place, a later instruction would read what an earlier one has written.
    for (int j = 0; j < p->inputs && direct && !input; j++)
      if (r->operands[j].data == r->operands[i].data && r->slot[j] < 0) direct = !read_after_write(p, j, i);
    r->slot[i] = direct ? -1 : r->slots++;
    if (i == r->bools && !direct) r->bools = -1;
    r->past[i] = r->large && !input && (direct || r->moves) && r->operands[i].data && only_written(r, i);
  }
  r->slots += p->registers;
  const bool flat = contiguous(l, 0) && contiguous(l, 1);
  r->converts = ck_only_copies(p) && !r->moves && !r->by_rows && (r->slot[0] < 0) != (r->slot[1] < 0) && !r->repeated[0] &&
                (flat || !r->past[1]);
  if (r->converts && flat) r->past[1] = r->large && r->operands[1].data && only_written(r, 1);
}
