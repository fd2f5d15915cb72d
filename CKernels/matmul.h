// How a product of float matrices is cut into tasks (matmul_cut.c) and how one task does its work (matmul_task.c).
#ifndef CK_MATMUL_H
#define CK_MATMUL_H

#include "drivers.h"

enum {
  CK_OWN_ROWS = 96 << 10,      // bytes of rows of a that a task packs on its stack: a part of a second-level cache
  CK_OWN_COLUMNS = 128 << 10,  // and of columns of b
  CK_PACKED_PANELS = 4,        // panels of b that a task of the packing packs
};

// How a task comes by its rows of a, or its columns of b: it reads them where they lie (of b, the first strip of a packs them on
// the way), packs them on its own stack, or finds them packed by all threads. The last is for what many tasks need, since lines
// that another core has read are slow to write.
typedef enum { CK_PLAIN, CK_OWN, CK_SHARED } ck_way;

typedef struct {
  const ck_matmul_blocks *blocks;
  const ck_matmul_tile *tile;
  int64_t size, batches, m, n, k;  // size: of an element
  ck_matrix a, b;
  ck_way rows_by, columns_by;
  char *out, *packed;
  bool shares_b;         // all batches do
  bool turned;           // these are the transposes of what was asked for, and so is the result; nothing is shared then
  int64_t down, across;  // tasks below each other, and side by side, each of nearly as many tiles
  ck_matmul_end end;
} ck_matmul_job;

static inline int64_t ck_padded(int64_t n, int64_t to) { return ck_pieces(n, to) * to; }

// The matrix that begins at this row and column of one of a batch.
static inline const char *ck_corner(const ck_matmul_job *j, ck_matrix x, int64_t batch, int64_t row, int64_t column) {
  return (const char *)x.data + (batch * x.batch_stride + row * x.row_stride + column * x.column_stride) * j->size;
}

// Nanoseconds of the product on one thread, which computes whole tiles.
static inline double ck_matmul_work(const ck_matmul_job *j) {
  const double rows = (double)ck_padded(j->m, j->tile->rows), columns = (double)ck_padded(j->n, j->tile->columns);
  return 0.005 * (double)(j->size * j->batches) * rows * columns * (double)j->k;
}

// true iff the product of the transposes reads the larger operand as it lies, and this one does not.
bool ck_matmul_turns(int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b);

// Settles the tile, the ways, and the counts of tasks.
void ck_matmul_cut(ck_matmul_job *job);

// Packs a part of b, and computes a part of the result: bodies of ck_parallel with a job as context.
int64_t ck_pack_tasks(const ck_matmul_job *job);
void ck_pack_task(void *job, int64_t index);
void ck_multiply_task(void *job, int64_t index);

#endif
