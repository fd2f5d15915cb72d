// Runs a program on tiles: every instruction on the whole tile, so that intermediate values stay in the first-level
// cache.
#include "code.h"
#include "tile.h"

#include <stddef.h>

// Goes to the tile `steps` tiles on along dimension d.
static void move(const ck_run_plan *r, ck_tile *t, int d, int64_t steps) {
  const ck_layout *l = &r->layout;
  t->position[d] += steps;
  for (int i = 0; i < l->operands; i++)
    t->memory[i] += steps * l->tile[d] * l->strides[i][d] * (int64_t)ck_size(r->operands[i].dtype);
}

// Brings the tile's operands to where the rows want them.
static void fetch(const ck_run_plan *r, ck_tile *t) {
  const ck_layout *l = &r->layout;
  t->rows = ck_extent(l, t, l->rank - 2), t->columns = ck_extent(l, t, l->rank - 1);
  for (int i = 0; i < l->operands; i++) {
    if (r->slot[i] < 0) t->places[i] = t->memory[i];
    if (r->slot[i] < 0 || i >= r->program->inputs) continue;
    int64_t rows = r->repeated[i] ? 1 : t->rows, columns = r->repeated[i] ? 1 : t->columns;
    if (t->held[i].from == t->memory[i] && t->held[i].columns == columns && t->held[i].rows >= rows) continue;
    ck_convert_tile(r, i, false, rows, columns, t->memory[i], (char *)t->places[i]);
    t->held[i].from = t->memory[i], t->held[i].rows = rows, t->held[i].columns = columns;
  }
}

// A sigmoid and its slope, one after the other, in one go: a function and its derivative often ask for both.
static bool sigmoids(const ck_run_plan *r, const ck_tile *t, const ck_instruction *in, int left) {
  if (in->operation != CK_sigmoid || left < 2 || in[1].operation != CK_sigmoid_slope || in[1].a != in->a) return false;
  const void *a = t->places[in->a];
  if (t->places[in->dst] == a || r->repeated[in->a]) return false;
  r->kernels->sigmoids[r->compute](t->rows * t->columns, (void *)t->places[in->dst], (void *)t->places[in[1].dst], a);
  return true;
}

// One instruction on the tile's elements from `first` on.
static void row(const ck_run_plan *r, const ck_tile *t, const ck_instruction *in, int64_t first) {
  const int arity = ck_operations[in->operation].arity, outputs = r->program->inputs + r->program->outputs;
  const int b = arity > 1 ? in->b : in->a, c = arity > 2 ? in->c : in->a;
  const int64_t skipped = first * (int64_t)ck_size(r->compute);
  const char *operands[3];
  const int places[] = {in->a, b, c};
  int flags = 0;
  for (int i = 0; i < 3; i++) {
    flags |= r->repeated[places[i]] << i;
    operands[i] = (const char *)t->places[places[i]] + (r->repeated[places[i]] ? 0 : skipped);
  }
  char *const out = (char *)t->places[in->dst] + skipped;
  if (in->dst < outputs && r->past[in->dst] && (uintptr_t)out % 64 == 0) flags |= CK_PAST_CACHES;
  const ck_operation operation = ck_amounts_to(in->operation, r->compute, operands[1], r->repeated[b]);
  const bool keeps = r->bools >= 0, asks = keeps && r->bools == in->dst;
  const ck_row function = ck_row_of(r->kernels, operation, r->compute, asks, keeps && !asks);
  function(t->rows * t->columns - first, out, operands[0], operands[1], operands[2], flags);
}

// A stretch of instructions at once, and what is left of the tile's last vector one by one.
static void run_stretch(const ck_run_plan *r, const ck_tile *t, const ck_stretch *stretch) {
  const int64_t size = (int64_t)ck_size(r->compute), bytes = t->rows * t->columns * size;
  int64_t done = bytes / stretch->step * stretch->step;
  for (int i = r->program->inputs; i < r->layout.operands; i++)
    if (r->past[i] && (uintptr_t)t->places[i] % CK_CODE_LINE != 0) done = 0;
  if (done > 0) stretch->run(done, t->places);
  for (int i = 0; i < stretch->count && done < bytes; i++)
    row(r, t, &r->program->instructions[stretch->first + i], done / size);
}

// The only instruction, on the rows of a tile where they lie, or in their slot.
__attribute__((noinline)) static void execute_rows(const ck_run_plan *r, const ck_tile *t) {
  const ck_instruction *in = r->program->instructions;
  const int arity = ck_operations[in->operation].arity;
  const int places[] = {in->a, arity > 1 ? in->b : in->a, arity > 2 ? in->c : in->a, in->dst};
  const int64_t size = (int64_t)ck_size(r->compute);
  const char *at[4];
  int64_t steps[4];
  int repeats = 0;
  for (int i = 0; i < 4; i++) {
    const int place = places[i];
    const int64_t *strides = &r->layout.strides[place][r->layout.rank - 2];
    const bool in_slot = r->slot[place] >= 0;
    at[i] = t->places[place];
    if (r->repeated[place] || (!in_slot && strides[1] == 0)) repeats |= 1 << i;
    steps[i] = r->repeated[place] ? 0 : in_slot ? t->columns * size : strides[0] * size;
  }
  const ck_operation operation = ck_amounts_to(in->operation, r->compute, at[1], r->repeated[places[1]]);
  const ck_row function = r->kernels->rows[operation][r->compute];
  for (int64_t i = 0; i < t->rows; i++) {
    char *const out = (char *)at[3] + i * steps[3];
    const int past = r->past[in->dst] && (uintptr_t)out % 64 == 0 ? CK_PAST_CACHES : 0;
    // A piece of a row is too short for the processor to see that the next ones follow.
    for (int k = 0; k < arity && past; k++)
      if (r->slot[places[k]] < 0 && steps[k] > 0 && !(repeats >> k & 1))
        for (int64_t byte = 0; byte < t->columns * size; byte += 64)
          __builtin_prefetch(at[k] + (i + 4) * steps[k] + byte, 0, 2);
    function(t->columns, out, at[0] + i * steps[0], at[1] + i * steps[1], at[2] + i * steps[2], repeats | past);
  }
}

// Every instruction, then the outputs that have slots.
static void execute(const ck_run_plan *r, const ck_tile *t) {
  if (r->by_rows) return execute_rows(r, t);
  const ck_program *p = r->program;
  const ck_stretch *stretch = r->code ? r->code->stretch : NULL, *end = stretch ? stretch + r->code->stretches : NULL;
  for (int i = 0; i < p->count;) {
    const ck_instruction *in = &p->instructions[i];
    if (stretch != end && stretch->first == i) {
      run_stretch(r, t, stretch);
      i += stretch++->count;
    } else if (sigmoids(r, t, in, p->count - i)) {
      i += 2;
    } else {
      row(r, t, in, 0), i++;
    }
  }
  for (int i = p->inputs; i < p->inputs + p->outputs; i++)
    if (r->slot[i] >= 0) ck_convert_tile(r, i, true, t->rows, t->columns, t->memory[i], (char *)t->places[i]);
}

// Gives registers and slots their scratch memory. It is on the stack, and small: at most TILE_BYTES of program.c, or
// CROSSED_BYTES for an operand, and some lines.
static void settle(const ck_run_plan *r, const ck_operand *operands, ck_tile *t, char *scratch) {
  int place = 0, slot = 0;
  for (; place < r->layout.operands; place++) {
    t->memory[place] = operands[place].data;
    t->held[place].from = NULL;
    if (r->slot[place] >= 0) t->places[place] = scratch + slot++ * r->slot_bytes;
  }
  for (int i = 0; i < r->program->constants; i++)
    t->places[place++] = (const char *)r->constants + i * (int64_t)ck_size(r->compute);
  for (int i = 0; i < r->program->registers; i++) t->places[place++] = scratch + slot++ * r->slot_bytes;
}

static void run_tiles(const ck_run_plan *r, const ck_operand *operands, int64_t first, int64_t left) {
  const ck_layout *l = &r->layout;
  _Alignas(64) char scratch[r->slots * r->slot_bytes + 1];
  const int fast = l->fastest[0];
  int64_t step[CK_MAX_OPERANDS];  // bytes to the next tile, mostly
  for (int i = 0; i < l->operands; i++)
    step[i] = l->tile[fast] * l->strides[i][fast] * (int64_t)ck_size(r->operands[i].dtype);
  ck_tile t;
  settle(r, operands, &t, scratch);
  for (int i = 0; i < l->rank; i++) {
    const int d = l->fastest[i];
    t.position[d] = 0;
    if (first == 0) continue;
    move(r, &t, d, first % l->tiles[d]);
    first /= l->tiles[d];
  }
  for (;;) {
    if (r->moves) {
      ck_carry_tile(r, &t);
    } else if (r->joined >= 0) {
      ck_join_tile(r, &t);
    } else if (r->converts) {
      ck_pass_tile(r, &t);
    } else {
      fetch(r, &t);
      execute(r, &t);
    }
    if (--left == 0) break;
    if (t.position[fast] < l->tiles[fast] - 1) {
      t.position[fast]++;
      for (int i = 0; i < l->operands; i++) t.memory[i] += step[i];
      continue;
    }
    const int *d = l->fastest;
    for (; t.position[*d] == l->tiles[*d] - 1; d++) move(r, &t, *d, 1 - l->tiles[*d]);
    move(r, &t, *d, 1);
  }
}

void ck_run_share(void *plan, int64_t share) {
  const ck_run_plan *r = plan;
  const int64_t first = share * r->tiles_per_share, left = r->tiles - first;
  run_tiles(r, r->operands, first, left < r->tiles_per_share ? left : r->tiles_per_share);
}

void ck_run_again(const ck_run_plan *plan, const ck_operand *operands) { run_tiles(plan, operands, 0, plan->tiles); }
