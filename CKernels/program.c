// Runs a pointwise program: tile by tile, every instruction on the whole tile, so that intermediate values stay in the
// first-level cache.
#include "layout.h"
#include "table.h"

static const ck_operation_info operations[CK_OPERATION_COUNT] = {
#define CK_DOMAIN_real true
#define CK_DOMAIN_any false
#define CK_INFO(name, arity, domain, ulp32, ulp64) {#name, arity, CK_DOMAIN_##domain, ulp32, ulp64},
    CK_OPERATIONS(CK_INFO)
#undef CK_INFO
};

ck_operation_info ck_describe(ck_operation operation) { return operations[operation]; }

size_t ck_size(ck_dtype dtype) {
  static const size_t sizes[CK_DTYPE_COUNT] = {4, 8, 4, 8, 1, 1, 2, 2};
  return sizes[dtype];
}

enum {
  PLACES = CK_MAX_OPERANDS + CK_MAX_CONSTANTS + CK_MAX_REGISTERS,
  TILE_BYTES = 24 << 10,     // what a tile's values may take of the first-level cache
  LARGEST_BLOCK = 16 << 10,  // elements of a tile, where nothing needs to stay in a cache
  SMALLEST_BLOCK = 64,
  SHARE = 8 << 10,           // elements that a thread takes at a time, about
};

// What a run has settled before the first element.
typedef struct {
  const ck_program *program;
  const ck_elementwise *kernels;
  const ck_operand *operands;
  ck_dtype compute;
  ck_layout layout;
  int64_t tiles, tiles_per_share;
  int64_t slot_bytes;                  // of scratch memory: one value of a whole tile
  int slots;
  int slot[CK_MAX_OPERANDS];           // which one an operand is converted into or out of; -1: it is used where it lies
  bool repeated[PLACES];               // one element stands for the whole tile
  int64_t constants[CK_MAX_CONSTANTS];  // elements of the compute type
} run;

// A tile in work.
typedef struct {
  int64_t position[CK_MAX_RANK], rows, columns;
  const char *memory[CK_MAX_OPERANDS];  // where each operand's part begins
  const void *places[PLACES];
  struct {
    const char *from;
    int64_t rows, columns;
  } held[CK_MAX_OPERANDS];  // what each input's slot was filled with: often the next tile wants the same
} tile;

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
    int arity = operations[in->operation].arity;
    if (written && (in->a == input || (arity > 1 && in->b == input) || (arity > 2 && in->c == input))) return true;
    written |= in->dst == output;
  }
  return false;
}

// Between an operand and its slot: [rows, columns] elements, a line of the longer dimension at a time, all at once where one
// stride serves both. The slot is contiguous.
static void convert(const run *r, int operand, bool output, int64_t rows, int64_t columns, const char *memory, char *slot) {
  const ck_dtype dtype = r->operands[operand].dtype;
  const ck_convert function = output ? r->kernels->store[r->compute][dtype] : r->kernels->load[dtype][r->compute];
  const int64_t size = ck_size(dtype), slot_size = ck_size(r->compute);
  const int64_t *strides = &r->layout.strides[operand][r->layout.rank - 2];
  int64_t lines = rows, length = columns, line_stride = strides[0], stride = strides[1], slot_line = columns, slot_stride = 1;
  if (rows == 1 || line_stride == stride * columns) {
    lines = 1, length = rows * columns;
  } else if (rows > columns) {
    lines = columns, length = rows, line_stride = strides[1], stride = strides[0], slot_line = 1, slot_stride = columns;
  }
  for (int64_t i = 0; i < lines; i++) {
    char *there = (char *)memory + i * line_stride * size, *here = slot + i * slot_line * slot_size;
    if (output) {
      function(length, there, stride, here, slot_stride);
    } else {
      function(length, here, slot_stride, there, stride);
    }
  }
}

// Finds the operands' parts of the tile, and fills the slots of inputs.
static void fetch(const run *r, tile *t) {
  const ck_layout *l = &r->layout;
  int64_t first[CK_MAX_RANK], extent[CK_MAX_RANK];
  for (int d = 0; d < l->rank; d++) {
    first[d] = t->position[d] * l->tile[d];
    int64_t left = l->shape[d] - first[d];
    extent[d] = left < l->tile[d] ? left : l->tile[d];
  }
  t->rows = extent[l->rank - 2], t->columns = extent[l->rank - 1];
  for (int i = 0; i < l->operands; i++) {
    int64_t offset = 0;
    for (int d = 0; d < l->rank; d++) offset += first[d] * l->strides[i][d];
    t->memory[i] = (const char *)r->operands[i].data + offset * (int64_t)ck_size(r->operands[i].dtype);
    if (r->slot[i] < 0) t->places[i] = t->memory[i];
    if (r->slot[i] < 0 || i >= r->program->inputs) continue;
    int64_t rows = r->repeated[i] ? 1 : t->rows, columns = r->repeated[i] ? 1 : t->columns;
    if (t->held[i].from == t->memory[i] && t->held[i].columns == columns && t->held[i].rows >= rows) continue;
    convert(r, i, false, rows, columns, t->memory[i], (char *)t->places[i]);
    t->held[i].from = t->memory[i], t->held[i].rows = rows, t->held[i].columns = columns;
  }
}

static void execute(const run *r, const tile *t) {
  const ck_program *p = r->program;
  for (int i = 0; i < p->count; i++) {
    const ck_instruction *in = &p->instructions[i];
    const int arity = operations[in->operation].arity;
    const int b = arity > 1 ? in->b : in->a, c = arity > 2 ? in->c : in->a;
    r->kernels->rows[in->operation][r->compute](t->rows * t->columns, (void *)t->places[in->dst], t->places[in->a],
                                                t->places[b], t->places[c],
                                                r->repeated[in->a] | r->repeated[b] << 1 | r->repeated[c] << 2);
  }
  for (int i = p->inputs; i < p->inputs + p->outputs; i++)
    if (r->slot[i] >= 0) convert(r, i, true, t->rows, t->columns, t->memory[i], (char *)t->places[i]);
}

static void run_share(void *context, int64_t share) {
  const run *r = context;
  const ck_layout *l = &r->layout;
  _Alignas(64) char scratch[r->slots * r->slot_bytes + 1];
  tile t;
  int next_slot = 0, place = 0;
  for (; place < l->operands; place++) {
    t.held[place].from = NULL;
    if (r->slot[place] >= 0) t.places[place] = scratch + next_slot++ * r->slot_bytes;
  }
  for (int i = 0; i < r->program->constants; i++)
    t.places[place++] = (const char *)r->constants + i * (int64_t)ck_size(r->compute);
  for (int i = 0; i < r->program->registers; i++) t.places[place++] = scratch + next_slot++ * r->slot_bytes;

  int64_t index = share * r->tiles_per_share, end = index + r->tiles_per_share;
  int64_t rest = index;
  for (int d = l->rank - 1; d >= 0; d--) {
    t.position[d] = l->tiles[d] == 1 ? 0 : rest % l->tiles[d];
    rest = l->tiles[d] == 1 ? rest : rest / l->tiles[d];
  }
  for (; index < end && index < r->tiles; index++) {
    fetch(r, &t);
    execute(r, &t);
    for (int d = l->rank - 1; d >= 0 && ++t.position[d] == l->tiles[d]; d--) t.position[d] = 0;
  }
}

// true iff all that happens is one row function on whole operands: nothing is kept between instructions or converted.
static bool plain(const run *r) {
  const ck_layout *l = &r->layout;
  if (r->program->count != 1 || l->shape[l->rank - 1] < CK_BLOCK) return false;
  for (int i = 0; i < l->operands; i++)
    if (r->operands[i].dtype != r->compute || (uint64_t)l->strides[i][l->rank - 1] > 1) return false;
  return true;
}

// How many elements a tile has: CK_BLOCK, fewer where so many values would not fit into the first-level cache.
static int64_t block_size(const run *r) {
  if (plain(r)) return LARGEST_BLOCK;
  int64_t values = r->layout.operands + r->program->registers;
  int64_t block = TILE_BYTES / (values * (int64_t)ck_size(r->compute)) / SMALLEST_BLOCK * SMALLEST_BLOCK;
  return block > CK_BLOCK ? CK_BLOCK : block < SMALLEST_BLOCK ? SMALLEST_BLOCK : block;
}

// Which operands need a slot.
static void assign_slots(run *r) {
  const ck_program *p = r->program;
  const ck_layout *l = &r->layout;
  r->slots = 0;
  for (int i = 0; i < l->operands; i++) {
    const bool input = i < p->inputs;
    r->repeated[i] = input && repeats(l, i);
    bool direct = r->operands[i].dtype == r->compute && (r->repeated[i] || contiguous(l, i));
    // In place, a later instruction would read what an earlier one has written.
    for (int j = 0; j < p->inputs && direct && !input; j++)
      if (r->operands[j].data == r->operands[i].data && r->slot[j] < 0) direct = !read_after_write(p, j, i);
    r->slot[i] = direct ? -1 : r->slots++;
  }
  r->slots += p->registers;
}

// Nanoseconds for one element on one thread. Only the choice between one thread and many depends on it.
static double element_cost(const run *r) {
  static const double slow[CK_OPERATION_COUNT] = {
      [CK_sqrt] = 0.2, [CK_exp] = 0.4,     [CK_expm1] = 0.4,         [CK_log] = 0.5,
      [CK_log1p] = 0.6, [CK_sigmoid] = 0.5, [CK_sigmoid_slope] = 0.5, [CK_tanh] = 0.5,
  };
  const double width = (double)ck_size(r->compute) / 4;
  double cost = 0;
  for (int i = 0; i < r->program->count; i++) {
    double op = slow[r->program->instructions[i].operation];
    cost += width * (op > 0 ? op : 0.05);
  }
  for (int i = 0; i < r->layout.operands; i++) {
    if (!r->repeated[i]) cost += 0.02 * (double)ck_size(r->operands[i].dtype);
    if (r->slot[i] >= 0) cost += 0.3;
  }
  return cost;
}

void ck_run(const ck_program *program, ck_dtype compute, int rank, const int64_t *shape, const ck_operand *operands) {
  int64_t elements = 1;
  for (int d = 0; d < rank; d++) elements *= shape[d];
  if (elements == 0) return;

  run r;
  r.program = program, r.compute = compute, r.operands = operands;
  r.kernels = &ck_kernels()->elementwise;
  ck_layout_make(&r.layout, rank, shape, program->inputs + program->outputs, operands, program->inputs);
  const int64_t block = block_size(&r);
  r.tiles = ck_layout_cut(&r.layout, block);
  assign_slots(&r);
  r.slot_bytes = block * (int64_t)ck_size(compute) + 64;  // the same line of two values is not in the same cache set
  const int operand_count = r.layout.operands;
  for (int i = 0; i < program->constants + program->registers; i++) r.repeated[operand_count + i] = i < program->constants;
  if (program->constants > 0)
    r.kernels->load[CK_FLOAT64][compute](program->constants, r.constants, 1, program->constant_values, 1);

  const int64_t tile_elements = r.layout.tile[r.layout.rank - 1] * r.layout.tile[r.layout.rank - 2];
  r.tiles_per_share = tile_elements < SHARE ? SHARE / tile_elements : 1;
  ck_parallel((r.tiles + r.tiles_per_share - 1) / r.tiles_per_share, (double)elements * element_cost(&r), run_share, &r);
}
