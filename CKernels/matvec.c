// Products of a matrix and a vector, or a few: nothing is packed, each element of the matrix is read once, in the order of memory.
#include "drivers.h"

enum {
  VECTOR_BLOCK = 4096,  // elements of the vector's block
  LINES = 16384,        // elements of the matrix that make a task
  SHORT = 1024,         // columns of which a task takes half as many, so that more threads have some
};

// out[batch, vectors, count] = vector[batch, vectors, k] · matrix[batch, k, count], and the end. If `turned` it is
// out[batch, count, vectors], and each vector has its bias.
typedef struct {
  const ck_matmul_blocks *blocks;
  ck_dtype dtype;
  bool turned;
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

// Of a few vectors and a matrix that is contiguous along k, both float32.
static void chain_task(void *context, int64_t index) {
  const job *j = context;
  float x[CK_FEW * CK_PANEL];
  const int64_t batch = index / j->pieces, first = index % j->pieces * j->piece;
  const int64_t count = ck_least(j->piece, j->count - first);
  const int64_t row = j->turned ? 1 : j->count, step = j->turned ? j->vectors : 1;
  char *out = (char *)ck_at(j->out, j->dtype, batch * j->vectors * j->count + first * step);
  for (int64_t p = 0; p < j->k; p += CK_PANEL) {
    const int64_t length = ck_least(CK_PANEL, j->k - p);
    for (int64_t i = 0; i < j->vectors; i++)
      ck_copy_elements(
          sizeof(float), length, x + i * CK_PANEL, 1,
          ck_at(j->vector, CK_FLOAT32, batch * j->vector_batch + i * j->vector_row + p * j->vector_stride), j->vector_stride);
    const char *matrix = ck_at(j->matrix, CK_FLOAT32, batch * j->matrix_batch + first * j->row_stride + p);
    ck_kernels()->blocks.chain(j->vectors, count, length, (const float *)matrix, j->row_stride, x, (float *)out, row, step,
                               j->end.add || p > 0);
  }
  for (int64_t i = 0; i < j->vectors && !j->turned; i++)
    finish(j, first, count, (char *)ck_at(out, j->dtype, i * j->count));
  for (int64_t c = 0; c < count && j->turned; c++)
    finish(j, 0, j->vectors, (char *)ck_at(out, j->dtype, c * j->vectors));
}

bool ck_vector_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b,
                      ck_matmul_end end, void *out) {
  const int64_t lanes = 64 / (int64_t)ck_size(dtype);
  const bool turned = n == 1 || (n <= CK_FEW && m > CK_FEW && a.column_stride == 1);
  if (!turned && m > CK_FEW) return false;
  const ck_matrix matrix = turned ? a : b, vector = turned ? b : a;
  job j = {.blocks = &ck_kernels()->blocks.matmul[dtype],
           .dtype = dtype,
           .turned = turned && n > 1,
           .vectors = turned ? n : m,
           .count = turned ? m : n,
           .k = k,
           .matrix = matrix.data,
           .vector = vector.data,
           .out = out,
           .matrix_batch = matrix.batch_stride,
           .row_stride = turned ? a.row_stride : b.column_stride,
           .k_stride = turned ? a.column_stride : b.row_stride,
           .vector_batch = vector.batch_stride,
           .vector_row = turned ? b.column_stride : a.row_stride,
           .vector_stride = turned ? b.row_stride : a.column_stride,
           .end = end,
           .bias_stride = n == 1 ? 0 : 1};
  const bool lines = j.k_stride == 1 && k >= lanes, dots = j.vectors == 1 && lines;
  const bool columns = !j.turned && j.row_stride == 1 && j.count >= lanes;
  const bool chains = dtype == CK_FLOAT32 && lines && j.count >= CK_CHAINED / 4;
  if (!dots && !columns && !chains) return false;
  j.piece = dots      ? ck_most(LINES / k, 1)
            : columns ? (batch * j.count < SHORT ? CK_TILE / 2 : CK_TILE)
                      : ck_most(LINES / k / CK_CHAINED, 1) * CK_CHAINED;
  j.pieces = ck_pieces(j.count, j.piece);
  const double work = (0.1 + 0.02 * (double)j.vectors) * (double)batch * (double)j.count * (double)k;
  ck_parallel(batch * j.pieces, work, dots ? dot_task : columns ? add_columns_task : chain_task, &j);
  return true;
}
