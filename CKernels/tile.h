// A tile of a program's loop: where it is, and what moves elements into and out of it (tile_moves.c).
#ifndef CK_TILE_H
#define CK_TILE_H

#include "program.h"

typedef struct {
  int64_t position[CK_LAYOUT_RANK];     // which tile, along every dimension
  const char *memory[CK_MAX_OPERANDS];  // where each operand's part of it begins
  int64_t rows, columns;
  const void *places[CK_PLACES];  // what instructions name
  struct {
    const char *from;
    int64_t rows, columns;
  } held[CK_MAX_OPERANDS];  // what each input's slot was filled with: often the next tile wants the same
} ck_tile;

// The tile's extent along dimension d: the last one may be short.
static inline int64_t ck_extent(const ck_layout *l, const ck_tile *t, int d) {
  int64_t left = l->shape[d] - t->position[d] * l->tile[d];
  return left < l->tile[d] ? left : l->tile[d];
}

// Between an operand and its slot, which is contiguous: [rows, columns] elements.
void ck_convert_tile(const ck_run_plan *r, int operand, bool output, int64_t rows, int64_t columns, const char *memory,
                     char *slot);
// A tile of a program that only moves elements, and of one that only converts them.
void ck_carry_tile(const ck_run_plan *r, const ck_tile *t);
void ck_pass_tile(const ck_run_plan *r, const ck_tile *t);
// And of one that joins a turned operand with another one.
void ck_join_tile(const ck_run_plan *r, const ck_tile *t);

#endif
