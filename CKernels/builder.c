// Which register has what, while code is being written down.
#include "builder.h"

#if defined(__x86_64__)
// Makes a register free whose value can be loaded again: of an operand that is not being read. (What would be overwritten before
// it is read again has a slot: tile.c.)
static void drop_operand(ck_builder *b) {
  for (int place = 0; place < b->r->program->inputs && b->free == 0; place++) {
    if (b->held[place] < 0 || b->r->repeated[place] || ck_reads(&b->r->program->instructions[b->now], place)) continue;
    b->free = 1u << b->held[place], b->held[place] = -1;
  }
}

int ck_take(ck_builder *b) {
  if (b->free == 0) drop_operand(b);
  if (b->free == 0) return b->failed = true, 0;
  const int reg = __builtin_ctz(b->free);
  b->free &= b->free - 1;
  return reg;
}

int ck_take_meanwhile(ck_builder *b) {
  const int reg = ck_take(b);
  b->meanwhile |= 1u << reg;
  return reg;
}

int ck_constant(const ck_builder *b, int place) {
  const int i = place - b->r->layout.operands;
  return i >= 0 && i < b->r->program->constants ? CK_POOL_FIXED + i : -1;
}

vex_operand ck_line_in_pool(ck_builder *b, const void *line) {
  int i = 0;
  while (i < b->room.lines && memcmp(b->room.pool + i * CK_CODE_LINE, line, CK_CODE_LINE) != 0) i++;
  if (i == CK_POOL_MOST) return b->failed = true, ck_pool(b, 0);
  if (i == b->room.lines) memcpy(b->room.pool + b->room.lines++ * CK_CODE_LINE, line, CK_CODE_LINE);
  return ck_pool(b, i);
}

vex_operand ck_number_in_pool(ck_builder *b, double number) {
  const float single = (float)number;
  uint8_t line[CK_CODE_LINE];
  ck_fill_line(line, ck_wide(b) ? (const void *)&number : &single, ck_size(b->r->compute));
  return ck_line_in_pool(b, line);
}

vex_operand ck_memory(ck_builder *b, int place) {
  if (b->pointer[place] < 0) vex_pointer(&b->writer, VEX_SCRATCH, place);
  const int base = b->pointer[place] < 0 ? VEX_SCRATCH : b->pointer[place];
  return (vex_operand){.kind = VEX_STREAM, .reg = base, .index = VEX_RCX, .offset = b->copy * b->writer.bytes};
}

int ck_value(ck_builder *b, int place) {
  if (b->held[place] >= 0) return b->held[place];
  const int reg = ck_take(b), constant = ck_constant(b, place);
  LOAD(reg, constant >= 0 ? ck_pool(b, constant) : ck_memory(b, place));
  b->held[place] = (int8_t)reg, b->truth[place] = false;
  return reg;
}

int ck_number(ck_builder *b, int place) {
  const int reg = ck_value(b, place);
  if (!b->truth[place]) return reg;
  const int number = ck_take_meanwhile(b);
  ARITHMETIC(VEX_AND, number, reg, ck_pool(b, CK_POOL_ONE));
  return number;
}

vex_operand ck_operand_of(ck_builder *b, int place) {
  if (b->held[place] < 0 && ck_constant(b, place) >= 0) return ck_pool(b, ck_constant(b, place));
  return ck_in(ck_number(b, place));
}
#endif
