// Machine code for a stretch of a program: a loop over a vector of each place, or over a round of them where an output is summed,
// whose values stay in registers.
#include "builder.h"

#if defined(__x86_64__)
enum { LONGEST = 32, POINTERS = 4, SUMS_POINTER = VEX_RDX };
enum { ROOM = 200, FUNCTION_ROOM = 1200 };  // bytes that one instruction takes at most

static const ck_instruction *instruction(const ck_builder *b, int i) { return &b->r->program->instructions[i]; }

// Whether the value that the place has after instruction i is read between `from` and `end`.
static bool is_read(const ck_builder *b, int place, int i, int from, int end) {
  for (int j = i + 1; j < end; j++) {
    if (j >= from && ck_reads(instruction(b, j), place)) return true;
    if (instruction(b, j)->dst == place) return false;
  }
  return false;
}

// An operand that is one element for the whole loop.
static bool repeats(const ck_builder *b, int place) { return place < b->r->layout.operands && b->r->repeated[place]; }

static bool is_output(const ck_builder *b, int place) {
  return place >= b->r->program->inputs && place < b->r->program->inputs + b->r->program->outputs;
}

static bool is_written(const ck_builder *b, int place, int i) {
  const int count = b->r->program->count;
  for (int j = i + 1; j < b->end; j++)
    if (instruction(b, j)->dst == place) return false;
  return is_output(b, place) || is_read(b, place, i, b->end, count);
}

static void release(ck_builder *b, int place) {
  if (b->held[place] < 0) return;
  b->free |= 1u << b->held[place];
  b->held[place] = -1;
}

static void end_meanwhile(ck_builder *b) {
  b->free |= b->meanwhile;
  b->meanwhile = 0;
}

// The vectors of a round, each added to a sum of its own, and the registers of these: the last ones.
static int sums(const ck_builder *b) { return CK_CODE_ROUND / b->writer.bytes; }
static int sum_register(const ck_builder *b, int i) { return vex_registers(&b->writer) - sums(b) + i; }

// Sums are in memory, at the place of the output, where functions want the registers.
static bool sums_outside(const ck_builder *b) { return b->summed >= 0 && b->functions > 0; }

// How often the instructions follow each other in the loop: once for each sum in a register.
static int copies(const ck_builder *b) { return b->summed >= 0 && !sums_outside(b) ? sums(b) : 1; }

// Bytes of each stream that the loop does at a time.
static int step_of(const ck_builder *b) { return b->writer.bytes * (b->writer.twice ? 2 : copies(b)); }

// Adds to the sum that has the same vector of every round.
static void put_sum(ck_builder *b, int value) {
  const int own = sum_register(b, b->copy);
  if (!sums_outside(b)) return ARITHMETIC(VEX_ADD, own, own, ck_in(value));
  const int sum = ck_take_meanwhile(b);
  const vex_operand outside = {.kind = VEX_STREAM, .reg = SUMS_POINTER, .index = VEX_SCRATCH};
  vex_scratch_count(&b->writer, CK_CODE_ROUND - step_of(b));
  ARITHMETIC(VEX_ADD, sum, value, outside);
  vex_store(&b->writer, false, sum, outside);
}

static void put_instruction(ck_builder *b, int i) {
  const ck_instruction *now = instruction(b, i);
  b->now = i;
  const int out = ck_take(b);
  bool truth = false;
  if (ck_is_assembled_function(b->r, i)) ck_put_function(b, i, out);
  else truth = ck_put(b, now, out);
  end_meanwhile(b);
  const int sources[] = {now->a, now->b, now->c}, arity = ck_operations[now->operation].arity;
  for (int s = 0; s < arity; s++) {
    if (repeats(b, sources[s])) continue;
    if (sources[s] == now->dst || !is_read(b, sources[s], i, i + 1, b->end)) release(b, sources[s]);
  }
  release(b, now->dst);
  b->held[now->dst] = (int8_t)out, b->truth[now->dst] = truth;
  if (is_written(b, now->dst, i)) {
    const int result = ck_number(b, now->dst);
    if (now->dst == b->summed) {
      put_sum(b, result);
    } else {
      // Half a line at a time leaves the caches only if the other half follows at once.
      const bool past = (vex_is_long(&b->writer) || b->functions == 0) && is_output(b, now->dst) && b->r->past[now->dst];
      vex_store(&b->writer, past, result, ck_memory(b, now->dst));
    }
    end_meanwhile(b);
  }
  if (!is_read(b, now->dst, i, i + 1, b->end)) release(b, now->dst);
}

// Before the loop: the operands that are one element, and the addresses of what else is loaded and written, as far as there are
// registers.
static void put_beginning(ck_builder *b) {
  int pointers = 0;
  for (int place = 0; place < CK_PLACES; place++) {
    bool in_memory = false, known = false;
    for (int i = b->first; i < b->end; i++) {
      in_memory |= !known && ck_reads(instruction(b, i), place);
      if (instruction(b, i)->dst != place) continue;
      known = true, in_memory |= is_written(b, place, i);
    }
    if (!in_memory || ck_constant(b, place) >= 0 || place == b->summed) continue;
    if (repeats(b, place)) {
      vex_pointer(&b->writer, VEX_SCRATCH, place);
      b->held[place] = (int8_t)ck_take(b);
      vex_broadcast(&b->writer, b->held[place], (vex_operand){.kind = VEX_ADDRESS, .reg = VEX_SCRATCH});
    } else if (pointers < POINTERS) {
      b->pointer[place] = (int8_t)vex_pointers[pointers++];
      vex_pointer(&b->writer, b->pointer[place], place);
    }
  }
}

static vex_operand sum_outside(const ck_builder *b, int i) {
  return (vex_operand){.kind = VEX_STREAM, .reg = SUMS_POINTER, .index = VEX_RCX, .offset = i * b->writer.bytes};
}

// The sums of a round, to the end that fold_row of fold.inc comes to: a line, which is one vector or two.
static void begin_sums(ck_builder *b) {
  vex_zero_count(&b->writer);
  const bool outside = sums_outside(b);
  if (outside) vex_pointer(&b->writer, SUMS_POINTER, b->summed);
  const int zero = outside ? ck_take_meanwhile(b) : sum_register(b, 0);
  ARITHMETIC(VEX_XOR, zero, zero, ck_in(zero));
  for (int i = 0; i < sums(b); i++) {
    if (outside) vex_store(&b->writer, false, zero, sum_outside(b, i));
    else LOAD(sum_register(b, i), ck_in(zero));
  }
  end_meanwhile(b);
}

static void end_sums(ck_builder *b) {
  vex_zero_count(&b->writer);
  const int line = CK_SUM_BYTES / b->writer.bytes;
  for (int i = 0; i < sums(b) && sums_outside(b); i++) LOAD(sum_register(b, i), sum_outside(b, i));
  for (int step = line; step < sums(b); step *= 2)
    for (int i = 0; i < sums(b); i += 2 * step)
      for (int sum = sum_register(b, i), end = sum + line; sum < end; sum++) ARITHMETIC(VEX_ADD, sum, sum, ck_in(sum + step));
  for (b->copy = 0; b->copy < line; b->copy++)
    vex_store(&b->writer, false, sum_register(b, b->copy), ck_memory(b, b->summed));
}

// With masks, what is left after the last step needs nobody else.
static bool has_tail(const ck_builder *b) { return vex_is_long(&b->writer) && b->summed < 0; }

static void put_step(ck_builder *b) {
  for (b->copy = 0; b->copy < copies(b); b->copy++)
    for (int i = b->first; i < b->end && !b->failed; i++) put_instruction(b, i);
}

static void put_loop(ck_builder *b) {
  const ck_builder start = *b;
  const bool tail = has_tail(b);
  uint8_t *none = NULL;
  if (tail) {
    vex_whole_steps(&b->writer, step_of(b));
    none = vex_jump_on_zero(&b->writer);
  } else {
    vex_zero_count(&b->writer);
  }
  uint8_t *const loop = vex_loop(&b->writer);
  put_step(b);
  vex_again(&b->writer, step_of(b), tail, loop);
  if (!tail) return;
  vex_land(&b->writer, none);
  none = vex_tail_masks(&b->writer);
  memcpy(b->held, start.held, sizeof b->held);
  memcpy(b->truth, start.truth, sizeof b->truth);
  b->free = start.free, b->of = -1;
  b->writer.tail = true;
  put_step(b);
  b->writer.tail = false;
  vex_land(&b->writer, none);
}

// Functions are long chains of results: two of them at a time, in half of the registers each, where these are enough.
static bool try(ck_builder *b, bool twice) {
  b->functions = 0, b->of = -1;
  for (int i = b->first; i < b->end; i++) b->functions += ck_is_assembled_function(b->r, i);
  if (twice && b->functions == 0) return false;
  b->writer = (vex_code){b->room.at, b->room.vector, b->r->compute == CK_FLOAT64, twice};
  b->free = ~0u >> (32 - (twice ? vex_half(&b->writer) : copies(b) > 1 ? sum_register(b, 0) : vex_registers(&b->writer)));
  memset(b->held, -1, sizeof b->held);
  memset(b->pointer, -1, sizeof b->pointer);
  const int most = ((b->end - b->first) * copies(b) + 4) * ROOM + b->functions * FUNCTION_ROOM;
  if (b->room.end - b->room.at < most * (twice ? 2 : 1) * (has_tail(b) ? 2 : 1)) return false;
  put_beginning(b);
  b->writer.twice = false;
  if (b->summed >= 0) begin_sums(b);
  b->writer.twice = twice;
  put_loop(b);
  b->writer.twice = false;
  if (b->summed >= 0) end_sums(b);
  vex_return(&b->writer);
  b->writer.twice = twice;
  return !b->failed;
}

bool ck_assemble(const ck_run_plan *plan, int first, int summed, ck_code_room *room, ck_stretch *stretch) {
  int end = first;
  while (end < plan->program->count && end - first < LONGEST &&
         (ck_is_cheap(ck_operation_of(plan, &plan->program->instructions[end])) || ck_is_assembled_function(plan, end)))
    end++;
  for (const int least = summed < 0 ? 2 : 1; end - first >= least; end--)
    for (int twice = 1; twice >= 0; twice--) {
      ck_builder b = {.r = plan, .first = first, .end = end, .summed = summed, .room = *room};
      if (!try(&b, twice)) continue;
      const int step = has_tail(&b) ? (int)ck_size(plan->compute) : step_of(&b);
      *stretch = (ck_stretch){first, end - first, step, (void (*)(int64_t, const void *const *))room->at};
      *room = b.room;
      room->at = b.writer.at;
      return true;
    }
  return false;
}
#endif
