// Programs that end in a reduction: results are reduced a piece at a time, while they are in the first-level cache.
#include "code.h"
#include "drivers.h"

enum { PIECE = 4096 };  // elements

// The shape with neighbouring reduced dimensions merged where one continues the other for every operand, and where it is cut:
// [all dimensions before `cut`] times `pieces` of dimension `cut`, `per` of it each, with all that is behind.
typedef struct {
  ck_reduction reduction;
  const ck_program *program;
  ck_dtype compute;
  int rank, cut;
  int64_t shape[CK_MAX_RANK], per, pieces, row;  // a row of results gives one partial result
  ck_operand operands[CK_MAX_OPERANDS];          // the one at `inputs` is where the partial results go
  int inputs, count;
  const ck_table *kernels;
  ck_run_plan whole;    // of a piece that is not the last one
  const ck_code *sums;  // code that adds up such a piece without ever writing it; NULL if there is none
} plan;

static bool merges(const plan *p, int d) {
  for (int i = 0; i < p->count; i++)
    if (i != p->inputs && p->operands[i].strides[d - 1] != p->operands[i].strides[d] * p->shape[d]) return false;
  return true;
}

static void remove_dimension(plan *p, int d) {
  for (int e = d; e + 1 < p->rank; e++) {
    p->shape[e] = p->shape[e + 1];
    for (int i = 0; i < p->count; i++) p->operands[i].strides[e] = p->operands[i].strides[e + 1];
  }
  p->rank--;
}

static plan make(const ck_program *program, int rank, const int64_t *shape, int kept, const ck_operand *operands) {
  plan p;
  p.program = program, p.rank = rank, p.row = 0, p.sums = NULL;
  p.inputs = program->inputs, p.count = p.inputs + program->outputs;
  for (int d = 0; d < rank; d++) p.shape[d] = shape[d];
  for (int i = 0; i < p.count; i++) p.operands[i] = operands[i];
  for (int d = rank - 1; d > kept; d--) {
    if (!merges(&p, d)) continue;
    p.shape[d - 1] *= p.shape[d];
    for (int i = 0; i < p.count; i++) p.operands[i].strides[d - 1] = p.operands[i].strides[d];
    remove_dimension(&p, d);
  }
  int64_t behind = 1;
  int d = p.rank - 1;
  while (d > kept && behind * p.shape[d] <= PIECE) behind *= p.shape[d--];
  if (d == kept && behind * p.shape[d] <= PIECE && kept > 0) {
    // Several short rows at a time.
    p.row = behind * p.shape[d];
    behind = p.row, d--;
  }
  p.cut = d;
  p.per = ck_most(PIECE / ck_most(behind, 1), 1);
  p.pieces = ck_pieces(p.shape[d], p.per);
  return p;
}

// The operands of a piece: those of the whole moved to where it begins, but what is reduced goes to `scratch`. `at`: the index of
// the piece along each dimension before the cut; `first`: where it begins along the cut.
static void move_operands(const plan *p, const int64_t *at, int64_t first, const int64_t *shape, void *scratch,
                          ck_operand *operands) {
  const int rank = p->rank - p->cut;
  for (int i = 0; i < p->count; i++) {
    operands[i] = p->operands[i];
    int64_t offset = first * p->operands[i].strides[p->cut];
    for (int d = 0; d < p->cut; d++) offset += at[d] * p->operands[i].strides[d];
    operands[i].data = (char *)p->operands[i].data + offset * (int64_t)ck_size(operands[i].dtype);
    for (int d = 0; d < rank; d++) operands[i].strides[d] = p->operands[i].strides[p->cut + d];
  }
  operands[p->inputs] = (ck_operand){.data = scratch, .dtype = p->compute};
  for (int64_t d = rank - 1, step = 1; d >= 0; step *= shape[d--]) operands[p->inputs].strides[d] = step;
}

// A piece whose operands lie flat, by code that leaves some sums.
static void sum_piece(const plan *p, int64_t first, void *sums) {
  const int64_t size = (int64_t)ck_size(p->compute);
  const void *places[CK_MAX_OPERANDS];
  for (int i = 0; i < p->count; i++)
    places[i] = (const char *)p->operands[i].data + first * p->operands[i].strides[p->cut] * size;
  places[p->inputs] = sums;
  p->sums->stretch->run(p->per * size, places);
}

static void run_piece(void *context, int64_t index) {
  const plan *p = context;
  const ck_table *own = ck_use_kernels_here(p->kernels);
  const int rank = p->rank - p->cut;
  const int64_t first = index % p->pieces * p->per, size = (int64_t)ck_size(p->compute);
  int64_t shape[CK_MAX_RANK], elements = 1, at[CK_MAX_RANK];
  for (int d = 0; d < rank; d++) shape[d] = p->shape[p->cut + d];
  shape[0] = ck_least(shape[0] - first, p->per);
  for (int d = 0; d < rank; d++) elements *= shape[d];
  int64_t rest = index / p->pieces;
  for (int d = p->cut - 1; d >= 0; d--) at[d] = rest % p->shape[d], rest /= p->shape[d];

  _Alignas(64) char scratch[PIECE * sizeof(double)];
  if (p->sums && shape[0] == p->per) {
    sum_piece(p, first, scratch);
    elements = CK_SUM_BYTES / size;
  } else {
    ck_operand operands[CK_MAX_OPERANDS];
    move_operands(p, at, first, shape, scratch, operands);
    if (shape[0] == p->per) {
      ck_run_again(&p->whole, operands);
    } else {
      ck_run(p->program, p->compute, rank, shape, operands);
    }
  }
  const int64_t row = p->row > 0 ? p->row : elements;
  const ck_axis axis = {elements / row, row, 1, row, 1, 1};
  const int64_t result = p->row > 0 ? index / p->pieces * p->shape[p->cut] + first : index;
  ck_reduce(p->reduction, p->compute, axis, scratch, (char *)p->operands[p->inputs].data + result * size);
  ck_use_kernels_here(own);
}

// Whether all that happens can be a single loop of code over one dimension.
static bool is_flat_sum(const plan *p) {
  if (p->reduction != CK_SUM || p->cut != 0 || p->rank != 1 || p->row > 0) return false;
  for (int i = 0; i < p->count; i++) {
    const ck_operand *operand = &p->operands[i];
    const int64_t stride = operand->strides[0];
    if (i == p->inputs) continue;
    if (operand->dtype != p->compute || (stride != 1 && (stride != 0 || i > p->inputs))) return false;
    if (p->whole.past[i] && (uintptr_t)operand->data % CK_CODE_LINE != 0) return false;
  }
  return p->per * (int64_t)ck_size(p->compute) % CK_CODE_ROUND == 0;
}

int64_t ck_run_reduced_parts(const ck_program *program, int rank, const int64_t *shape, int kept,
                             const ck_operand *operands) {
  const plan p = make(program, rank, shape, kept, operands);
  if (p.row > 0) return 1;
  int64_t parts = p.pieces;
  for (int d = kept; d < p.cut; d++) parts *= p.shape[d];
  return parts;
}

void ck_run_reduced(ck_reduction reduction, const ck_program *program, ck_dtype compute, int rank, const int64_t *shape,
                    int kept, const ck_operand *operands) {
  plan p = make(program, rank, shape, kept, operands);
  p.reduction = reduction, p.compute = compute, p.kernels = ck_kernels();
  int64_t count = p.pieces, elements = 1;
  for (int d = 0; d < p.cut; d++) count *= p.shape[d];
  for (int d = 0; d < p.rank; d++) elements *= p.shape[d];
  if (elements == 0) return;
  ck_operand moved[CK_MAX_OPERANDS];  // the plan of a whole piece points to them
  if (p.shape[p.cut] >= p.per) {
    int64_t first[CK_MAX_RANK] = {0}, piece[CK_MAX_RANK];
    for (int d = p.cut; d < p.rank; d++) piece[d - p.cut] = p.shape[d];
    piece[0] = p.per;
    move_operands(&p, first, 0, piece, NULL, moved);
    ck_run_make(&p.whole, program, compute, p.rank - p.cut, piece, moved, count);
    if (is_flat_sum(&p) && ck_pays_to_compile(program, elements)) p.sums = ck_code_for(&p.whole, p.inputs);
  }
  // A quarter of a nanosecond for each step and operand; only the choice between one thread and many depends on it.
  ck_parallel(count, 0.25 * (double)elements * (program->count + p.count), run_piece, &p);
}
