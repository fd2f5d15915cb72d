// Shapes are settled here, before any loop over elements.
#include "layout.h"

#include <stddef.h>

// a / b, rounded up. Small loops, for which a division takes as long as the loop, mostly have one tile.
static int64_t quotient_up(int64_t a, int64_t b) { return a <= b ? 1 : (a + b - 1) / b; }

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t larger(int64_t a, int64_t b) { return a < b ? b : a; }
static int64_t magnitude(int64_t x) { return x < 0 ? -x : x; }

static void move_dimension(ck_layout *l, int from, int to) {
  for (; from > to; from--) {
    int64_t size = l->shape[from];
    l->shape[from] = l->shape[from - 1], l->shape[from - 1] = size;
    for (int i = 0; i < l->operands; i++) {
      int64_t stride = l->strides[i][from];
      l->strides[i][from] = l->strides[i][from - 1], l->strides[i][from - 1] = stride;
    }
  }
}

// A new last dimension; without operands, one that no stride matters for.
static void append(ck_layout *l, int64_t size, const ck_operand *operand, int d) {
  l->shape[l->rank] = size;
  for (int i = 0; i < l->operands; i++) l->strides[i][l->rank] = operand ? operand[i].strides[d] : 0;
  l->rank++;
}

static bool continues(const ck_layout *l, int outer, int inner) {
  for (int i = 0; i < l->operands; i++)
    if (l->strides[i][outer] != l->strides[i][inner] * l->shape[inner]) return false;
  return true;
}

void ck_layout_make(ck_layout *l, int rank, const int64_t *shape, int operands, const ck_operand *operand,
                    int leading) {
  l->rank = 0;
  l->operands = operands;
  append(l, 1, NULL, 0);
  for (int d = 0; d < rank; d++) {
    if (shape[d] == 1) continue;
    int place = l->rank;
    append(l, shape[d], operand, d);
    // Larger strides of the leading operand go outside: its memory is then visited in order, transposed or not.
    while (place > 1 && magnitude(l->strides[leading][place - 1]) < magnitude(operand[leading].strides[d])) place--;
    move_dimension(l, l->rank - 1, place);
  }
  int kept = 1;
  for (int d = 2; d < l->rank; d++) {
    if (continues(l, kept, d)) {
      l->shape[kept] *= l->shape[d];
    } else {
      l->shape[++kept] = l->shape[d];
    }
    for (int i = 0; i < operands; i++) l->strides[i][kept] = l->strides[i][d];
  }
  if (l->rank == 1) append(l, 1, NULL, 0);
  l->rank = kept + 1;
}

int ck_layout_crossed(const ck_layout *l) {
  const int last = l->rank - 1;
  for (int d = 0; d < last; d++)
    for (int i = 0; i < l->operands; i++)
      if (magnitude(l->strides[i][d]) == 1 && magnitude(l->strides[i][last]) > 1) return d;
  return -1;
}

// Which dimension gives a tile its rows. One that some operand has contiguous while the last dimension jumps through
// it: a narrow tile reads whole cache lines of it. Else the nearest that is long enough to fill the tile, else the
// longest.
static int row_dimension(const ck_layout *l, int64_t block, bool *crossed) {
  const int last = l->rank - 1;
  const int across = ck_layout_crossed(l);
  *crossed = across >= 0;
  if (*crossed) return across;
  int best = last - 1;
  for (int d = last - 1; d >= 0 && l->shape[best] * l->shape[last] < block; d--)
    if (l->shape[d] > l->shape[best]) best = d;
  return best;
}

int64_t ck_layout_cut(ck_layout *l, int64_t block, int64_t crossed_columns) {
  const int last = l->rank - 1;
  bool crossed;
  for (int rows = row_dimension(l, block, &crossed); rows < last - 1; rows++) move_dimension(l, rows + 1, rows);
  for (int d = 0; d < last; d++) l->tile[d] = 1;
  int64_t columns = block;
  if (crossed) columns = smaller(block, larger(crossed_columns, block / l->shape[last - 1]));
  l->tile[last] = smaller(columns, l->shape[last]);
  l->tile[last - 1] = l->shape[last - 1] == 1 ? 1 : smaller(block / l->tile[last], l->shape[last - 1]);
  int64_t count = 1;
  for (int d = 0; d <= last; d++) {
    l->tiles[d] = quotient_up(l->shape[d], l->tile[d]);
    count *= l->tiles[d];
    l->fastest[last - d] = d;
  }
  return count;
}

void ck_layout_read_on(ck_layout *l) {
  if (ck_layout_crossed(l) == l->rank - 2) l->fastest[0] = l->rank - 2, l->fastest[1] = l->rank - 1;
}
