// The order in which a program visits the elements of its operands (layout.c).
#ifndef CK_LAYOUT_H
#define CK_LAYOUT_H

#include "include/CKernels.h"

enum { CK_LAYOUT_RANK = CK_MAX_RANK + 1 };

// A loop over `shape` and its cutting into tiles: [rows, columns] of the last two dimensions, one element of the
// others. Shape and strides are those of the operands, without the dimensions of size 1, reordered, and merged where
// one continues another for every operand. The first dimension is always of size 1, so that there are two.
typedef struct {
  int rank, operands;
  int64_t shape[CK_LAYOUT_RANK], tile[CK_LAYOUT_RANK], tiles[CK_LAYOUT_RANK];
  int64_t strides[CK_MAX_OPERANDS][CK_LAYOUT_RANK];
  int fastest[CK_LAYOUT_RANK];  // the dimensions, from the one along which the next tile lies to the outermost
} ck_layout;

// Shape and strides, `leading` being the operand whose elements are to be visited in the order of memory.
void ck_layout_make(ck_layout *layout, int rank, const int64_t *shape, int operands, const ck_operand *operand,
                    int leading);
// A dimension that some operand has contiguous while it jumps along the last one; -1 where there is none.
int ck_layout_crossed(const ck_layout *layout);
// Tiles of at most `block` elements, at least so many of them in a row where some operand is read across. Returns their number.
int64_t ck_layout_cut(ck_layout *layout, int64_t block, int64_t crossed_columns);
// For operands that are in no cache: where one is read across, the next tile goes on along its memory.
void ck_layout_read_on(ck_layout *layout);

#endif
