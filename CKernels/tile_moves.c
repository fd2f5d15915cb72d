// Moves the elements of a tile: into a slot or out of it, and, where a program does nothing else, from memory to memory.
#include "tile.h"

#include <stdlib.h>
#include <string.h>

static ck_convert function_of(const ck_run_plan *r, int operand, bool output) {
  const ck_dtype dtype = r->operands[operand].dtype;
  return output ? r->kernels->store[r->compute][dtype] : r->kernels->load[dtype][r->compute];
}

// All at once where one stride serves both, else by lines: down the columns where these are longer, or where a row jumps through
// memory.
void ck_convert_tile(const ck_run_plan *r, int operand, bool output, int64_t rows, int64_t columns, const char *memory,
                    char *slot) {
  const ck_dtype dtype = r->operands[operand].dtype;
  const ck_convert function = function_of(r, operand, output);
  const int64_t size = ck_size(dtype), slot_size = ck_size(r->compute);
  const int64_t *strides = &r->layout.strides[operand][r->layout.rank - 2];
  int64_t lines = rows, length = columns, line_stride = strides[0], stride = strides[1], slot_line = columns,
          slot_stride = 1;
  if (!output && dtype == r->compute && line_stride == 1 && llabs(stride) > 1)
    return r->kernels->turn[size == 8 ? 3 : 2](rows, columns, slot, columns, memory, stride,
                                              CK_TO_SLOT | (r->large ? CK_READ_ON : 0));
  if (!output && line_stride == 0 && rows > 1) {  // one row for all
    function(columns, slot, 1, memory, stride, false);
    const size_t bytes = (size_t)(columns * slot_size);
    for (int64_t done = 1; done < rows; done *= 2)
      memcpy(slot + (size_t)done * bytes, slot, (size_t)(rows - done < done ? rows - done : done) * bytes);
    return;
  }
  if (rows == 1 || line_stride == stride * columns) {
    lines = 1, length = rows * columns;
  } else if (rows > columns || llabs(line_stride) < llabs(stride)) {
    lines = columns, length = rows, line_stride = strides[1], stride = strides[0], slot_line = 1, slot_stride = columns;
  }
  for (int64_t i = 0; i < lines; i++) {
    char *there = (char *)memory + i * line_stride * size, *here = slot + i * slot_line * slot_size;
    if (output) {
      function(length, there, stride, here, slot_stride, false);
    } else {
      function(length, here, slot_stride, there, stride, false);
    }
  }
}

// Copies a row; past the caches, if so wanted, in whole lines.
static void carry_row(const ck_run_plan *r, int64_t bytes, char *to, const char *from) {
  if (!r->past[1] || (uintptr_t)to % 64 != 0 || bytes % 4 != 0) memcpy(to, from, (size_t)bytes);
  else r->kernels->rows[CK_copy][CK_INT32](bytes / 4, to, from, from, from, CK_PAST_CACHES);
}

// What is turned and goes past the caches, but not in whole lines, is turned in the result's slot.
void ck_carry_tile(const ck_run_plan *r, const ck_tile *t) {
  const ck_layout *l = &r->layout;
  const int across = l->rank - 1, down = across - 1;
  const int64_t size = (int64_t)ck_size(r->operands[0].dtype), rows = ck_extent(l, t, down),
                columns = ck_extent(l, t, across);
  const int64_t from_row = l->strides[0][down] * size, to_row = l->strides[1][down] * size;
  const char *from = t->memory[0];
  char *to = (char *)t->memory[1];
  if (l->strides[0][across] == 1) {
    for (int64_t i = 0; i < rows; i++) carry_row(r, columns * size, to + i * to_row, from + i * from_row);
    return;
  }
  const bool in_lines = r->past[1] && size >= 4 && to_row % 64 == 0 && (uintptr_t)to % 64 == 0;
  const bool in_slot = r->past[1] && !in_lines;
  const ck_turn turn = in_lines ? r->kernels->turn_past[size / 8] : r->kernels->turn[__builtin_ctzll((uint64_t)size)];
  char *const turned = in_slot ? (char *)t->places[1] : to;
  const int64_t turned_row = in_slot ? columns * size : to_row;
  turn(rows, columns, turned, turned_row / size, from, l->strides[0][across],
       (r->large ? CK_READ_ON : 0) | (in_slot ? CK_TO_SLOT : 0));
  for (int64_t i = 0; i < rows && in_slot; i++)
    carry_row(r, columns * size, to + i * to_row, turned + i * turned_row);
}

// What needs no slot is contiguous, and serves as the other one's; what goes past the caches is so on both sides.
void ck_pass_tile(const ck_run_plan *r, const ck_tile *t) {
  const int64_t rows = ck_extent(&r->layout, t, r->layout.rank - 2), columns = ck_extent(&r->layout, t, r->layout.rank - 1);
  const bool output = r->slot[0] < 0;
  if (r->past[1] && (uintptr_t)t->memory[1] % 64 == 0)
    return function_of(r, output, output)(rows * columns, (char *)t->memory[1], 1, t->memory[0], 1, true);
  ck_convert_tile(r, output, output, rows, columns, t->memory[output], (char *)t->memory[!output]);
}

void ck_join_tile(const ck_run_plan *r, const ck_tile *t) {
  const ck_layout *l = &r->layout;
  const ck_instruction *in = r->program->instructions;
  const int across = l->rank - 1, down = across - 1, turned = r->joined, mine = !turned;
  const ck_join join = r->kernels->joins[in->operation][r->compute];
  join(in->a == turned, ck_extent(l, t, down), ck_extent(l, t, across), (char *)t->memory[2], l->strides[2][down],
       t->memory[mine], l->strides[mine][down], t->memory[turned], l->strides[turned][across]);
}
