// Plans the run of a pointwise program: the order of its loops, which operands are used where they lie, the size of a
// tile.
#include "code.h"
#include "program.h"
#include "table.h"

enum {
  TILE_BYTES = 24 << 10,     // what a tile's values may take of the first-level cache
  SMALLEST_BLOCK = 64,       // elements
  LARGEST_BLOCK = 2 << 10,   // where nothing needs to stay in the first-level cache,
  OUTER_BLOCK = 32 << 10,    // and of long rows up to so many: the longer a piece, the sooner memory gives it
  LONG_ROW = 128,            // elements of one that is done by itself, without a tile of its own
  MOVED_BLOCK = 4 << 10,     // of elements that only change places: 64 by 64 where they are turned
  JOINED_BLOCK = 64 << 10,   // of what is turned and joined with something else,
  JOINED_ROW = 1 << 10,      // in rows of so many
  CROSSED_BYTES = 32 << 10,  // of an operand that is turned for a single instruction,
  CROSSED_ROW = 1 << 10,     // and of its rows: memory gives the other operands as pieces of that size, shorter ones later
  LOOP_BYTES = 64 << 10,     // of registers, for the end of a tile that machine code leaves
  SHARE = 500,               // nanoseconds of work that a thread takes at a time, about
};

// true iff all that happens is one row function on whole operands: nothing is kept between instructions or converted.
static bool plain(const ck_run_plan *r) {
  const ck_layout *l = &r->layout;
  if (r->program->count != 1 || l->shape[l->rank - 1] < CK_BLOCK) return false;
  for (int i = 0; i < l->operands; i++) {
    const bool own_type = r->operands[i].dtype == r->compute || i == r->bools;
    if (!own_type || (uint64_t)l->strides[i][l->rank - 1] > 1) return false;
  }
  return true;
}

// The operand of a program of one instruction that may stay bool: a comparison's result, or `where`'s condition. -1: there is none.
static int bools(const ck_run_plan *r) {
  const ck_program *p = r->program;
  const ck_instruction *in = p->instructions;
  if (p->count != 1 || p->outputs != 1 || in->dst != p->inputs) return -1;
  const bool chooses = in->operation == CK_where && in->a < p->inputs && in->b != in->a && in->c != in->a;
  if (!chooses && !ck_compares(in->operation)) return -1;
  const int operand = chooses ? in->a : in->dst;
  if (r->operands[operand].dtype != CK_BOOL) return -1;
  for (int i = 0; i < p->inputs; i++)
    if (r->operands[i].data == r->operands[p->inputs].data && (i == operand || !chooses)) return -1;
  return operand;
}

// true iff the program copies elements as they are, and a tile's lines are contiguous in the result, and either in the
// operand or across it.
static bool moves(const ck_run_plan *r) {
  const ck_layout *l = &r->layout;
  if (!ck_only_copies(r->program)) return false;
  const int last = l->rank - 1, across = ck_layout_crossed(l);
  if (r->operands[0].dtype != r->operands[1].dtype || l->strides[1][last] != 1) return false;
  if (across >= 0) return l->strides[0][across] == 1;
  return l->strides[0][last] == 1 && l->shape[last] * (int64_t)ck_size(r->operands[0].dtype) >= 64;
}

// true iff the program is one instruction whose result has contiguous rows, while some operand is read across them, of which only that
// is copied, and tiles have longer rows; or while rows are what is broadcast, and long enough to be worth a call each.
static bool by_rows(const ck_run_plan *r) {
  const ck_layout *l = &r->layout;
  const ck_program *p = r->program;
  const int last = l->rank - 1;
  if (p->count != 1 || p->outputs != 1 || p->registers > 0) return false;
  bool in_rows = true;
  for (int i = 0; i < l->operands; i++) {
    if (r->operands[i].dtype != r->compute) return false;
    in_rows &= (uint64_t)l->strides[i][last] <= 1;
  }
  if (l->strides[p->inputs][last] != 1) return false;
  if (ck_layout_crossed(l) >= 0) return true;
  return in_rows && l->shape[last] >= LONG_ROW && l->shape[last] < LARGEST_BLOCK && l->shape[last - 1] > 1;
}

// The operand that one instruction joins, turned, with another one, to results that go past the caches in whole lines; -1 where that is
// not so.
static int joined(const ck_run_plan *r) {
  const ck_layout *l = &r->layout;
  const ck_instruction *in = r->program->instructions;
  const ck_operand *out = &r->operands[2];
  const int last = l->rank - 1, across = ck_layout_crossed(l);
  if (!r->large || !r->by_rows || across < 0 || r->program->inputs != 2 || r->compute > CK_FLOAT64) return -1;
  if (!r->kernels->joins[in->operation][r->compute] || in->a + in->b != 1) return -1;
  const int turned = l->strides[1][last] != 1, mine = !turned;
  if (l->strides[turned][across] != 1 || l->strides[mine][last] != 1) return -1;
  for (int d = 0; d < last; d++)
    if (l->strides[2][d] * (int64_t)ck_size(r->compute) % 64 != 0) return -1;
  const bool in_place = out->data == r->operands[0].data || out->data == r->operands[1].data;
  return out->data && (uintptr_t)out->data % 64 == 0 && !in_place ? turned : -1;
}

// How many pieces of a loop make work for every thread.
static int64_t enough(void) { return CK_PIECES_PER_THREAD * (int64_t)ck_threads(); }

// Elements of a piece of a row in which nothing is kept.
static int64_t piece_of(int64_t length) {
  const int64_t piece = length / enough() / LARGEST_BLOCK * LARGEST_BLOCK;
  return piece < LARGEST_BLOCK ? LARGEST_BLOCK : piece > OUTER_BLOCK ? OUTER_BLOCK : piece;
}

// How many elements a tile has: CK_BLOCK, fewer where so many values would not fit into the first-level cache.
static int64_t block_size(const ck_run_plan *r) {
  if (r->moves) return MOVED_BLOCK;
  if (r->joined >= 0) return JOINED_BLOCK;
  const ck_layout *l = &r->layout;
  const int64_t length = l->shape[l->rank - 1];
  if (r->by_rows) {
    const int64_t crossed = CROSSED_BYTES / (int64_t)ck_size(r->compute), piece = piece_of(l->shape[l->rank - 2] * length);
    return ck_layout_crossed(l) >= 0 || piece < crossed ? crossed : piece;
  }
  if (plain(r)) return length < LARGEST_BLOCK ? length : piece_of(length);  // pieces of one row
  const int64_t bytes = (l->operands + r->program->registers) * (int64_t)ck_size(r->compute);
  // Read across, lines are short: more of them are worth more.
  if (bytes * CK_BLOCK * 2 <= TILE_BYTES && ck_layout_crossed(l) >= 0) return CK_BLOCK * 2;
  if (bytes * CK_BLOCK <= TILE_BYTES) return CK_BLOCK;
  int64_t block = TILE_BYTES / bytes / SMALLEST_BLOCK * SMALLEST_BLOCK;
  return block < SMALLEST_BLOCK ? SMALLEST_BLOCK : block;
}

// The width of a tile that is read across. Else than for a single instruction, of rows of 16 elements, a cache line of 4-byte ones,
// until it is so wide that more rows are better; but of 64 rows where it can be wider still.
static int64_t crossed_columns(const ck_run_plan *r, int64_t block) {
  if (r->joined >= 0) return JOINED_ROW;
  if (r->by_rows) return CROSSED_ROW / (int64_t)ck_size(r->compute);
  return block / 16 < 32 ? 32 : block / 16 < 64 ? block / 16 : block / 64 < 64 ? 64 : block / 64;
}

static void cut(ck_run_plan *r, int64_t block) {
  r->tiles = r->tiles_per_share = ck_layout_cut(&r->layout, block, crossed_columns(r, block));
}

// Nanoseconds for one element on one thread. Only the choice between one thread and many depends on it.
static double element_cost(const ck_run_plan *r) {
  const double width = (double)ck_size(r->compute) / 4;
  double cost = 0;
  for (int i = 0; i < r->program->count; i++) {
    const ck_instruction *in = &r->program->instructions[i];
    const bool number = in->b < r->program->inputs && r->repeated[in->b] && r->operands[in->b].dtype == r->compute;
    const void *b = number ? r->operands[in->b].data : NULL;
    cost += width * ck_operations[ck_amounts_to(in->operation, r->compute, b, number)].cost;
  }
  for (int i = 0; i < r->layout.operands; i++) {
    if (!r->repeated[i]) cost += 0.02 * (double)ck_size(r->operands[i].dtype);
    if (r->slot[i] >= 0) cost += 0.3;
  }
  return cost;
}

// true iff all elements, of operands that lie flat, may be one tile.
static bool fits_one_tile(const ck_run_plan *r, int64_t elements) {
  const int values = r->layout.operands + r->program->registers;
  return elements <= CK_BLOCK && values * (int64_t)ck_size(r->compute) * elements <= TILE_BYTES;
}

// The whole loop, whose operands lie flat, as a single tile: what planning would find, in a tenth of the time.
static void lay_flat(ck_run_plan *r, int64_t elements, const bool *repeats) {
  ck_layout *l = &r->layout;
  l->rank = 2;
  l->shape[0] = l->tile[0] = l->tiles[0] = l->tiles[1] = r->tiles = 1;
  l->shape[1] = l->tile[1] = elements;
  l->fastest[0] = 1, l->fastest[1] = 0;
  for (int i = 0; i < l->operands; i++) l->strides[i][0] = 0, l->strides[i][1] = repeats[i] ? 0 : 1;
}

// What remains when the loop has been cut: scratch memory, constants and code. Results have so many elements in all.
static void settle(ck_run_plan *r, int64_t block, int64_t elements) {
  const ck_program *program = r->program;
  if (r->large) ck_layout_read_on(&r->layout);
  ck_assign_slots(r);
  // The same line of two values is not in the same cache set.
  r->slot_bytes = block * (int64_t)ck_size(r->compute) + 64;
  const int operand_count = r->layout.operands;
  for (int i = 0; i < program->constants + program->registers; i++)
    r->repeated[operand_count + i] = i < program->constants;
  if (program->constants > 0)
    r->kernels->load[CK_FLOAT64][r->compute](program->constants, r->constants, 1, program->constant_values, 1, false);
  r->code = program->count > 1 && ck_pays_to_compile(program, elements) ? ck_code_for(r, -1) : NULL;
}

// true iff machine code does all of the program in one loop over operands that lie flat, so that nothing is kept between instructions.
static bool is_one_loop(const ck_run_plan *r) {
  const ck_layout *l = &r->layout;
  if (!r->code || r->code->stretches != 1 || r->code->stretch->count != r->program->count) return false;
  return l->rank == 2 && l->shape[0] == 1 && r->slots == r->program->registers;
}

// Cuts such a loop anew, into tiles of more than `before` elements, like a single instruction.
static void cut_one_loop(ck_run_plan *r, int64_t before) {
  const int64_t size = (int64_t)ck_size(r->compute), registers = r->program->registers;
  int64_t block = piece_of(r->layout.shape[1]);
  while (registers * size * block > LOOP_BYTES) block /= 2;
  if (block <= before) return;
  cut(r, block);
  r->slot_bytes = block * size + 64;
}

static void begin(ck_run_plan *r, const ck_program *program, ck_dtype compute, const ck_operand *operands) {
  r->program = program, r->compute = compute, r->operands = operands;
  r->layout.operands = program->inputs + program->outputs;
  r->kernels = &ck_kernels()->elementwise;
  r->bools = bools(r);
}

void ck_run_make(ck_run_plan *r, const ck_program *program, ck_dtype compute, int rank, const int64_t *shape,
                 const ck_operand *operands, int64_t times) {
  begin(r, program, compute, operands);
  ck_layout_make(&r->layout, rank, shape, r->layout.operands, operands, program->inputs);
  r->moves = moves(r);
  r->by_rows = !r->moves && by_rows(r);
  r->large = ck_has_large_results(r, times);
  r->joined = joined(r);
  const int64_t block = block_size(r);
  cut(r, block);
  int64_t elements = 1;
  for (int d = 0; d < rank; d++) elements *= shape[d];
  settle(r, block, elements * times);
  if (is_one_loop(r)) cut_one_loop(r, block);
}

void ck_run_planned(const ck_program *program, ck_dtype compute, int rank, const int64_t *shape, int64_t elements,
                    const ck_operand *operands, const bool *repeats) {
  ck_run_plan r;
  begin(&r, program, compute, operands);
  if (repeats && fits_one_tile(&r, elements)) {
    r.moves = r.by_rows = r.large = false;
    r.joined = -1;
    lay_flat(&r, elements, repeats);
    r.tiles_per_share = 1;
    settle(&r, elements, elements);
    ck_run_share(&r, 0);
    return;
  }
  ck_run_make(&r, program, compute, rank, shape, operands, 1);
  int64_t shares = 1;
  double work = 0;
  if (r.tiles > 1) {
    work = (double)elements * element_cost(&r);
    r.tiles_per_share = 1 + (int64_t)(SHARE * (double)r.tiles / work);
    const int64_t fewest = r.tiles / enough();
    if (r.tiles_per_share < fewest) r.tiles_per_share = fewest;
    shares = (r.tiles + r.tiles_per_share - 1) / r.tiles_per_share;
  }
  ck_parallel(shares, work, ck_run_share, &r);
}
