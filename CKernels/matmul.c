// Matrix products: k is cut into panels of CK_PANEL, one after the other; of each, b is packed into the scratch memory by all
// threads, then they take rows of the result, pack the rows of a that those need on their stacks, and multiply.
// Threads never share an element of the result, so how many there are, and how the rows are cut, changes nothing.
#include "axis.h"

enum {
  ROW_BYTES = 96 << 10,      // packed rows of a, for the second-level cache
  SCRATCH_BYTES = 4 << 20,   // packed panels of b, unless those of a single matrix are larger
  VECTOR_BLOCK = 4096,       // elements of a vector's block, and pieces of a matrix that is multiplied with it
};

typedef struct {
  ck_matmul_blocks blocks;
  size_t size;
  int64_t m, n, k;         // k: of this panel
  ck_matrix a, b;
  char *out, *panels;      // of the first batch of this group
  int64_t panel_bytes;     // from the packed b of one batch to that of the next: 0 if they share it
  int64_t pieces, piece;   // of the rows (columns, when packing b): so many, of so many each
  bool add;
} job;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t quotient(int64_t a, int64_t b) { return (a + b - 1) / b; }
static int64_t padded(int64_t n, int64_t to) { return quotient(n, to) * to; }

static void pack_task(void *context, int64_t index) {
  const job *j = context;
  int64_t batch = index / j->pieces, first = index % j->pieces * j->piece;
  const char *b = (const char *)j->b.data + (batch * j->b.batch_stride + first * j->b.column_stride) * (int64_t)j->size;
  j->blocks.pack_columns(least(j->piece, j->n - first), j->k, b, j->b.column_stride, j->b.row_stride,
                         j->panels + batch * j->panel_bytes + first * j->k * (int64_t)j->size);
}

static void multiply_task(void *context, int64_t index) {
  const job *j = context;
  _Alignas(64) char rows[ROW_BYTES];
  int64_t batch = index / j->pieces, first = index % j->pieces * j->piece, count = least(j->piece, j->m - first);
  const char *a = (const char *)j->a.data + (batch * j->a.batch_stride + first * j->a.row_stride) * (int64_t)j->size;
  j->blocks.pack_rows(count, j->k, a, j->a.row_stride, j->a.column_stride, rows);
  j->blocks.multiply(count, j->n, j->k, rows, j->panels + batch * j->panel_bytes,
                     j->out + (batch * j->m + first) * j->n * (int64_t)j->size, j->n, j->add);
}

// How many batches have their b packed at the same time.
static int64_t group_of(ck_dtype dtype, int64_t batch, int64_t n, int64_t k) {
  int64_t bytes = padded(n, ck_kernels()->blocks.matmul[dtype].columns) * least(k, CK_PANEL) * (int64_t)ck_size(dtype);
  int64_t group = SCRATCH_BYTES / bytes;
  return group < 1 ? 1 : least(group, batch);
}

size_t ck_matmul_scratch(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k) {
  if (dtype > CK_FLOAT64 || batch <= 0 || m <= 0 || n <= 0 || k <= 0) return 0;
  int64_t columns = padded(n, ck_kernels()->blocks.matmul[dtype].columns);
  return (size_t)(group_of(dtype, batch, n, k) * columns * least(k, CK_PANEL)) * ck_size(dtype);
}

static void float_matmul(ck_dtype dtype, int64_t batch, int64_t k, job j) {
  int64_t size = (int64_t)j.size, group = group_of(dtype, batch, j.n, k), columns = j.blocks.columns, rows = j.blocks.rows;
  const char *a = j.a.data, *b = j.b.data;
  char *out = j.out;
  for (int64_t done = 0; done < batch; done += group) {
    int64_t count = least(group, batch - done), packed = j.b.batch_stride == 0 ? 1 : count;
    for (int64_t p = 0; p < k; p += CK_PANEL) {
      j.k = least(CK_PANEL, k - p);
      j.add = p > 0;
      j.a.data = a + (done * j.a.batch_stride + p * j.a.column_stride) * size;
      j.b.data = b + (done * j.b.batch_stride + p * j.b.row_stride) * size;
      j.out = out + done * j.m * j.n * size;
      j.panel_bytes = packed == 1 ? 0 : padded(j.n, columns) * j.k * size;
      j.piece = 4 * columns;
      j.pieces = quotient(j.n, j.piece);
      ck_parallel(packed * j.pieces, 0.25 * (double)(packed * j.n) * (double)j.k, pack_task, &j);
      // As many rows as fit, but the same number for every thread.
      int64_t strips = quotient(j.m, rows), most = ROW_BYTES / (rows * j.k * size), turns = ck_threads();
      int64_t pieces = quotient(quotient(strips, most), turns) * turns;
      j.piece = count >= turns * 4 ? most * rows : quotient(strips, pieces) * rows;
      j.pieces = quotient(j.m, j.piece);
      ck_parallel(count * j.pieces, 0.02 * (double)(count * j.m) * (double)j.n * (double)j.k, multiply_task, &j);
    }
  }
}

// out[batch, count] = matrix[batch, count, k] · vector[batch, k]: no packing, each element of the matrix is read once.
typedef struct {
  ck_matmul_blocks blocks;
  ck_dtype dtype;
  int64_t count, k, pieces, piece;
  const char *matrix, *vector, *out;
  int64_t matrix_batch, row_stride, k_stride, vector_batch, vector_stride;
} vector_job;

static void dot_task(void *context, int64_t index) {
  const vector_job *j = context;
  _Alignas(64) char buffer[VECTOR_BLOCK * 8];
  int64_t batch = index / j->pieces, first = index % j->pieces * j->piece;
  for (int64_t p = 0; p < j->k; p += VECTOR_BLOCK) {
    int64_t length = least(VECTOR_BLOCK, j->k - p);
    const char *x = ck_at(j->vector, j->dtype, batch * j->vector_batch + p * j->vector_stride);
    if (j->vector_stride != 1) {
      ck_gather(ck_size(j->dtype), length, buffer, x, j->vector_stride);
      x = buffer;
    }
    j->blocks.dot_rows(least(j->piece, j->count - first), length,
                       ck_at(j->matrix, j->dtype, batch * j->matrix_batch + first * j->row_stride + p), j->row_stride, x,
                       (char *)ck_at(j->out, j->dtype, batch * j->count + first), p > 0);
  }
}

static void add_columns_task(void *context, int64_t index) {
  const vector_job *j = context;
  int64_t batch = index / j->pieces, first = index % j->pieces * j->piece;
  for (int64_t p = 0; p < j->k; p += CK_PANEL)
    j->blocks.add_columns(least(j->piece, j->count - first), least(CK_PANEL, j->k - p),
                          ck_at(j->matrix, j->dtype, batch * j->matrix_batch + first + p * j->k_stride), j->k_stride,
                          ck_at(j->vector, j->dtype, batch * j->vector_batch + p * j->vector_stride), j->vector_stride,
                          (char *)ck_at(j->out, j->dtype, batch * j->count + first), p > 0);
}

// False where neither way of reading the matrix is contiguous, or too short for that to count.
static bool vector_matmul(int64_t batch, vector_job j) {
  int64_t lanes = 64 / (int64_t)ck_size(j.dtype);
  bool rows = j.k_stride == 1 && j.k >= lanes, columns = j.row_stride == 1 && j.count >= lanes;
  if (!rows && !columns) return false;
  j.piece = !rows ? CK_TILE : j.k < VECTOR_BLOCK * 4 ? VECTOR_BLOCK * 4 / j.k : 1;
  j.pieces = quotient(j.count, j.piece);
  ck_parallel(batch * j.pieces, 0.1 * (double)batch * (double)j.count * (double)j.k, rows ? dot_task : add_columns_task, &j);
  return true;
}

// Integers: rows of the result.
typedef struct {
  ck_integer_matmul multiply;
  int64_t m, n, k, size;
  ck_matrix a, b;
  char *out;
} integer_job;

static void integer_task(void *context, int64_t index) {
  const integer_job *j = context;
  int64_t batch = index / j->m, row = index % j->m;
  ck_matrix a = j->a, b = j->b;
  a.data = (const char *)a.data + (batch * a.batch_stride + row * a.row_stride) * j->size;
  b.data = (const char *)b.data + batch * b.batch_stride * j->size;
  j->multiply(1, j->n, j->k, a, b, j->out + index * j->n * j->size);
}

void ck_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b, void *out,
               void *scratch) {
  if (batch <= 0 || m <= 0 || n <= 0) return;
  const ck_blocks *blocks = &ck_kernels()->blocks;
  int64_t size = (int64_t)ck_size(dtype);
  if (k <= 0) {
    memset(out, 0, (size_t)(batch * m * n * size));
  } else if (dtype > CK_FLOAT64) {
    integer_job j = {blocks->integer_matmul[dtype - CK_INT32], m, n, k, size, a, b, out};
    ck_parallel(batch * m, 0.3 * (double)(batch * m) * (double)n * (double)k, integer_task, &j);
  } else {
    vector_job v = {.blocks = blocks->matmul[dtype], .dtype = dtype, .k = k, .out = out};
    if (n == 1) {
      v.count = m, v.matrix = a.data, v.matrix_batch = a.batch_stride, v.row_stride = a.row_stride, v.k_stride = a.column_stride;
      v.vector = b.data, v.vector_batch = b.batch_stride, v.vector_stride = b.row_stride;
    } else {
      v.count = n, v.matrix = b.data, v.matrix_batch = b.batch_stride, v.row_stride = b.column_stride, v.k_stride = b.row_stride;
      v.vector = a.data, v.vector_batch = a.batch_stride, v.vector_stride = a.column_stride;
    }
    if ((m == 1 || n == 1) && vector_matmul(batch, v)) return;
    float_matmul(dtype, batch, k, (job){.blocks = blocks->matmul[dtype], .size = (size_t)size, .m = m, .n = n, .a = a, .b = b,
                                        .out = out, .panels = scratch});
  }
}
