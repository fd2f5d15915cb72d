// Products of a matrix and a vector, or a few: nothing is packed, each element of the matrix is read once, in the order of memory.
#include "drivers.h"

enum {
  VECTOR_BLOCK = 4096,  // elements of the vector's block; at least four of them make a task
  SHORT = 1024,         // columns of which a task takes half as many, so that more threads have some
};

// out[batch, vectors, count] = vector[batch, vectors, k] · matrix[batch, k, count], and the end.
typedef struct {
  const ck_matmul_blocks *blocks;
  ck_dtype dtype;
  int64_t vectors, count, k, pieces, piece;
  const char *matrix, *vector, *out;
  int64_t matrix_batch, row_stride, k_stride, vector_batch, vector_row, vector_stride;
  ck_matmul_end end;
  int64_t bias_stride;
} job;

// What is left of the end, for a piece of the result.
static void finish(const job *j, int64_t first, int64_t count, char *out) {
  if (!j->end.bias && !j->end.rectify) return;
  const void *bias = j->end.bias ? ck_at(j->end.bias, j->dtype, first * j->bias_stride) : NULL;
  j->blocks->finish(count, bias, j->bias_stride, j->end.rectify, out);
}

static void dot_task(void *context, int64_t index) {
  const job *j = context;
  _Alignas(64) char buffer[VECTOR_BLOCK * 8];
  int64_t batch = index / j->pieces, first = index % j->pieces * j->piece;
  int64_t count = ck_least(j->piece, j->count - first);
  char *out = (char *)ck_at(j->out, j->dtype, batch * j->count + first);
  for (int64_t p = 0; p < j->k; p += VECTOR_BLOCK) {
    int64_t length = ck_least(VECTOR_BLOCK, j->k - p);
    const char *x = ck_at(j->vector, j->dtype, batch * j->vector_batch + p * j->vector_stride);
    if (j->vector_stride != 1) {
      ck_copy_elements(ck_size(j->dtype), length, buffer, 1, x, j->vector_stride);
      x = buffer;
    }
    j->blocks->dot_rows(count, length, ck_at(j->matrix, j->dtype, batch * j->matrix_batch + first * j->row_stride + p),
                        j->row_stride, x, out, j->end.add || p > 0);
  }
  finish(j, first, count, out);
}

static void add_columns_task(void *context, int64_t index) {
  const job *j = context;
  int64_t batch = index / j->pieces, first = index % j->pieces * j->piece;
  int64_t count = ck_least(j->piece, j->count - first);
  const int64_t row = batch * j->vectors;
  char *out = (char *)ck_at(j->out, j->dtype, row * j->count + first);
  for (int64_t p = 0; p < j->k; p += CK_PANEL)
    j->blocks->add_columns(j->vectors, count, ck_least(CK_PANEL, j->k - p),
                           ck_at(j->matrix, j->dtype, batch * j->matrix_batch + first + p * j->k_stride), j->k_stride,
                           ck_at(j->vector, j->dtype, batch * j->vector_batch + p * j->vector_stride), j->vector_row,
                           j->vector_stride, out, j->count, j->end.add || p > 0);
  for (int64_t i = 0; i < j->vectors; i++)
    finish(j, first, count, (char *)ck_at(j->out, j->dtype, (row + i) * j->count + first));
}

bool ck_vector_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b,
                      ck_matmul_end end, void *out) {
  if (m > CK_FEW && n != 1) return false;
  job j = {.blocks = &ck_kernels()->blocks.matmul[dtype], .dtype = dtype, .vectors = 1, .k = k, .out = out, .end = end};
  if (n == 1) {
    j.count = m, j.matrix = a.data, j.vector = b.data;
    j.matrix_batch = a.batch_stride, j.row_stride = a.row_stride, j.k_stride = a.column_stride;
    j.vector_batch = b.batch_stride, j.vector_stride = b.row_stride;
  } else {
    j.count = n, j.matrix = b.data, j.vector = a.data;
    j.matrix_batch = b.batch_stride, j.row_stride = b.column_stride, j.k_stride = b.row_stride;
    j.vector_batch = a.batch_stride, j.vector_stride = a.column_stride, j.bias_stride = 1;
    j.vectors = m, j.vector_row = a.row_stride;
  }
  int64_t lanes = 64 / (int64_t)ck_size(dtype);
  bool rows = j.vectors == 1 && j.k_stride == 1 && k >= lanes, columns = j.row_stride == 1 && j.count >= lanes;
  if (!rows && !columns) return false;
  const int64_t columns_piece = batch * j.count < SHORT ? CK_TILE / 2 : CK_TILE;
  j.piece = !rows ? columns_piece : k < VECTOR_BLOCK * 4 ? VECTOR_BLOCK * 4 / k : 1;
  j.pieces = ck_pieces(j.count, j.piece);
  const double work = (0.1 + 0.02 * (double)j.vectors) * (double)batch * (double)j.count * (double)k;
  ck_parallel(batch * j.pieces, work, rows ? dot_task : add_columns_task, &j);
  return true;
}
