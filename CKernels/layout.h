// The order in which a program visits the elements of its operands (layout.c).
#ifndef CK_LAYOUT_H
#define CK_LAYOUT_H

#include "include/CKernels.h"

// A loop over `shape` and its cutting into tiles: [rows, columns] of the last two dimensions, one element of the others. There
// are always two dimensions at least. Strides and shape are those of the operands, without the dimensions of size 1,
// reordered, and merged where one continues another for every operand.
typedef struct {
  int rank, operands;
  int64_t shape[CK_MAX_RANK], tile[CK_MAX_RANK], tiles[CK_MAX_RANK];
  int64_t strides[CK_MAX_OPERANDS][CK_MAX_RANK];
} ck_layout;

// Shape and strides, `leading` being the operand whose elements are to be visited in the order of memory.
void ck_layout_make(ck_layout *layout, int rank, const int64_t *shape, int operands, const ck_operand *operand, int leading);
// Tiles of at most `block` elements. Returns their number.
int64_t ck_layout_cut(ck_layout *layout, int64_t block);

#endif
