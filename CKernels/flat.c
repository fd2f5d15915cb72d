// Runs programs over operands that lie flat, as nearly all do: where nothing is left to plan, nothing is.
#include "code.h"
#include "table.h"

enum { LARGEST_FLAT = 16 << 10 };  // elements of a loop that is a single call

// true iff the operand's elements follow one another in the order of `shape`, or (`repeats`) all are one.
static bool flat(const ck_operand *operand, int rank, const int64_t *shape, bool *repeats) {
  int64_t step = 1;
  bool dense = true, single = true;
  for (int d = rank - 1; d >= 0; d--) {
    if (shape[d] == 1) continue;
    dense &= operand->strides[d] == step;
    single &= operand->strides[d] == 0;
    step *= shape[d];
  }
  *repeats = single;
  return dense || single;
}

// Apart, as its room on the stack would cost a single instruction more than that does.
__attribute__((noinline)) static void run_several(const ck_program *program, ck_dtype compute, int64_t elements,
                                                  const ck_flat *operands) {
  ck_operand strided[CK_MAX_OPERANDS];
  bool repeats[CK_MAX_OPERANDS];
  for (int i = 0; i < program->inputs + program->outputs; i++) {
    strided[i].data = operands[i].data, strided[i].dtype = (ck_dtype)operands[i].dtype;
    strided[i].strides[0] = operands[i].repeats ? 0 : 1;
    repeats[i] = operands[i].repeats;
  }
  ck_run_planned(program, compute, 1, &elements, elements, strided, repeats);
}

// A small program that is code already, all of it.
static bool run_code(const ck_program *program, ck_dtype compute, int64_t elements, const ck_flat *operands) {
  const int64_t bytes = elements * (int64_t)ck_size(compute);
  if (elements > CK_BLOCK) return false;
  const void *places[CK_MAX_OPERANDS];
  uint32_t repeated = 0;
  for (int i = 0; i < program->inputs + program->outputs; i++) {
    if (operands[i].dtype != compute) return false;
    places[i] = operands[i].data;
    repeated |= (uint32_t)operands[i].repeats << i;
    // In place, a later instruction would read what an earlier one has written.
    for (int j = 0; j < program->inputs && i >= program->inputs; j++)
      if (places[j] == places[i]) return false;
  }
  const ck_stretch *all = ck_whole_code(program, compute, repeated);
  if (!all || bytes % all->step != 0) return false;
  all->run(bytes, places);
  return true;
}

void ck_run_flat(const ck_program *program, ck_dtype compute, int64_t elements, const ck_flat *operands) {
  if (elements == 0) return;
  if (program->count == 1 && program->constants == 0 && elements <= LARGEST_FLAT) {
    const ck_instruction *in = program->instructions;
    const int arity = ck_operations[in->operation].arity, b = arity > 1 ? in->b : in->a, c = arity > 2 ? in->c : in->a;
    const ck_flat *to = &operands[in->dst], *x = &operands[in->a], *y = &operands[b], *z = &operands[c];
    const bool asks = to->dtype == CK_BOOL && ck_compares(in->operation);
    const bool chooses = x->dtype == CK_BOOL && in->operation == CK_where;
    if ((to->dtype == compute || asks) && (x->dtype == compute || chooses) && y->dtype == compute && z->dtype == compute) {
      // One instruction on operands in their own type: nothing is left to plan.
      const int repeats = x->repeats | y->repeats << 1 | z->repeats << 2;
      const ck_operation operation = ck_amounts_to(in->operation, compute, y->data, y->repeats);
      const ck_row function = ck_row_of(&ck_kernels()->elementwise, operation, compute, asks, chooses);
      function(elements, to->data, x->data, y->data, z->data, repeats);
      return;
    }
  }
  const bool has_code = program->codes && __atomic_load_n(&program->codes->first, __ATOMIC_RELAXED);
  if (has_code && run_code(program, compute, elements, operands)) return;
  run_several(program, compute, elements, operands);
}

void ck_run(const ck_program *program, ck_dtype compute, int rank, const int64_t *shape, const ck_operand *operands) {
  int64_t elements = 1;
  for (int d = 0; d < rank; d++) elements *= shape[d];
  if (elements == 0) return;
  ck_flat flats[CK_MAX_OPERANDS];
  bool all_flat = elements <= LARGEST_FLAT;  // of larger loops planning is no part worth mentioning
  for (int i = 0; i < program->inputs + program->outputs && all_flat; i++) {
    all_flat = flat(&operands[i], rank, shape, &flats[i].repeats);
    flats[i].data = operands[i].data, flats[i].dtype = (uint8_t)operands[i].dtype;
  }
  if (all_flat) {
    ck_run_flat(program, compute, elements, flats);
  } else {
    ck_run_planned(program, compute, rank, shape, elements, operands, NULL);
  }
}
