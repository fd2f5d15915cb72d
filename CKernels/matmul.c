// Matrix products: b is packed into the scratch memory, as much of it as fits; then the threads take rows of the
// result, pack the rows of a that those need on their stacks, a panel of CK_PANEL of k at a time, and multiply. If there
// are few rows, they take columns instead, and pack those of b themselves.
//
// Threads never share an element of the result, so how the work is cut changes nothing.
#include "drivers.h"

enum {
  ROW_BYTES = 96 << 10,     // packed rows of a: most of a second-level cache
  SCRATCH_BYTES = 4 << 20,  // packed panels of b, unless a single one is larger
};

typedef struct {
  const ck_matmul_blocks *blocks;
  int64_t size, m, n, k;  // k: of the part of b that is packed
  ck_matrix a, b;
  char *out, *packed;
  int64_t packed_batch;   // bytes from the packed b of one batch to that of the next: 0 if they share it
  int64_t rows, columns;  // of the result, for one task
  int64_t across, down;   // tasks side by side, and below each other
  bool packs_itself, add;
} job;

static int64_t padded(int64_t n, int64_t to) { return ck_pieces(n, to) * to; }

static const char *element(const job *j, ck_matrix x, int64_t batch, int64_t row, int64_t column) {
  return (const char *)x.data + (batch * x.batch_stride + row * x.row_stride + column * x.column_stride) * j->size;
}

// Where columns `first` on of the panel at p of b are packed.
static char *panel(const job *j, int64_t batch, int64_t p, int64_t first) {
  int64_t before = p * padded(j->n, j->blocks->columns) + first * ck_least(CK_PANEL, j->k - p);
  return j->packed + batch * j->packed_batch + before * j->size;
}

static void pack(const job *j, int64_t batch, int64_t p, int64_t first) {
  j->blocks->pack_columns(ck_least(j->columns, j->n - first), ck_least(CK_PANEL, j->k - p),
                          element(j, j->b, batch, p, first), j->b.column_stride, j->b.row_stride,
                          panel(j, batch, p, first));
}

static void pack_task(void *context, int64_t index) {
  const job *j = context;
  int64_t panels = ck_pieces(j->k, CK_PANEL), first = index % j->across * j->columns;
  pack(j, index / j->across / panels, index / j->across % panels * CK_PANEL, first);
}

static void multiply_task(void *context, int64_t index) {
  const job *j = context;
  _Alignas(64) char rows[ROW_BYTES];
  int64_t column = index % j->across * j->columns, row = index / j->across % j->down * j->rows;
  int64_t batch = index / j->across / j->down;
  int64_t height = ck_least(j->rows, j->m - row), width = ck_least(j->columns, j->n - column);
  char *out = j->out + ((batch * j->m + row) * j->n + column) * j->size;
  for (int64_t p = 0; p < j->k; p += CK_PANEL) {
    int64_t k = ck_least(CK_PANEL, j->k - p);
    if (j->packs_itself) pack(j, batch, p, column);
    j->blocks->pack_rows(height, k, element(j, j->a, batch, row, p), j->a.row_stride, j->a.column_stride, rows);
    j->blocks->multiply(height, width, k, rows, panel(j, batch, p, column), out, j->n, j->add || p > 0);
  }
}

// How much of b is packed at a time: `depth` of k, of `batches` matrices.
typedef struct {
  int64_t depth, batches, bytes;
} portion;

static portion portion_of(ck_dtype dtype, int64_t batch, int64_t n, int64_t k) {
  int64_t row = padded(n, ck_kernels()->blocks.matmul[dtype].columns) * (int64_t)ck_size(dtype);
  int64_t fitting = SCRATCH_BYTES / row;  // rows of b
  portion p = {.depth = k <= fitting ? k : ck_least(k, ck_most(fitting / CK_PANEL, 1) * CK_PANEL), .batches = 1};
  if (batch > 1 && p.depth == k) p.batches = ck_least(batch, ck_most(fitting / k, 1));
  p.bytes = p.batches * p.depth * row;
  return p;
}

// A share of `count` tiles such that each thread gets several, within bounds.
static int64_t share(int64_t count, int64_t tasks, int64_t low, int64_t high) {
  return ck_most(ck_least(ck_pieces(count, tasks), high), low);
}

// Multiplies `batches` matrices with as many packed ones, or with the one that they share.
static void multiply(job *j, int64_t batches, bool shared) {
  int64_t height = j->blocks->rows, width = j->blocks->columns, wish = ck_pieces(4 * ck_threads(), batches);
  int64_t strips = ck_most(ROW_BYTES / (ck_least(j->k, CK_PANEL) * height * j->size), 1);  // that fit
  double step = (double)j->n * (double)j->k;
  j->rows = j->m;
  j->down = 1;
  j->packs_itself = !shared && j->m <= strips * height;
  if (j->packs_itself) {
    j->columns = share(ck_pieces(j->n, width), wish, 8, 16) * width;
    j->across = ck_pieces(j->n, j->columns);
  } else {
    int64_t packed = shared ? 1 : batches;
    j->columns = 4 * width;
    j->across = ck_pieces(j->n, j->columns);
    ck_parallel(packed * ck_pieces(j->k, CK_PANEL) * j->across, 0.25 * (double)packed * step, pack_task, j);
    j->columns = j->n;
    j->across = 1;
    j->rows = share(ck_pieces(j->m, height), wish, ck_least(4, strips), strips) * height;
    j->down = ck_pieces(j->m, j->rows);
  }
  ck_parallel(batches * j->across * j->down, 0.02 * (double)(batches * j->m) * step, multiply_task, j);
}

static void float_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b,
                         char *out, void *scratch) {
  portion part = portion_of(dtype, batch, n, k);
  job j = {.blocks = &ck_kernels()->blocks.matmul[dtype],
           .size = (int64_t)ck_size(dtype),
           .m = m,
           .n = n,
           .packed = scratch};
  for (int64_t done = 0; done < batch; done += part.batches)
    for (int64_t p = 0; p < k; p += part.depth) {
      int64_t batches = ck_least(part.batches, batch - done);
      bool shared = batches > 1 && b.batch_stride == 0;
      j.k = ck_least(part.depth, k - p);
      j.a = a, j.a.data = element(&j, a, done, 0, p);
      j.b = b, j.b.data = element(&j, b, done, p, 0);
      j.out = out + done * m * n * j.size;
      j.packed_batch = shared ? 0 : j.k * padded(n, j.blocks->columns) * j.size;
      j.add = p > 0;
      multiply(&j, batches, shared);
    }
}

size_t ck_matmul_scratch(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k) {
  if (dtype > CK_FLOAT64 || batch <= 0 || m <= 0 || n <= 0 || k <= 0) return 0;
  return (size_t)portion_of(dtype, batch, n, k).bytes;
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

static void integer_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b,
                           void *out) {
  ck_integer_matmul multiply = ck_kernels()->blocks.integer_matmul[dtype - CK_INT32];
  integer_job j = {multiply, m, n, k, (int64_t)ck_size(dtype), a, b, out};
  ck_parallel(batch * m, 0.3 * (double)(batch * m) * (double)n * (double)k, integer_task, &j);
}

void ck_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b, void *out,
               void *scratch) {
  if (batch <= 0 || m <= 0 || n <= 0) return;
  if (k <= 0) {
    memset(out, 0, (size_t)(batch * m * n) * ck_size(dtype));
    return;
  }
  // Batches that share b, and follow each other in a, are one tall matrix.
  if (batch > 1 && b.batch_stride == 0 && a.batch_stride == m * a.row_stride) {
    m *= batch;
    batch = 1;
  }
  if (dtype > CK_FLOAT64) integer_matmul(dtype, batch, m, n, k, a, b, out);
  else if (!ck_vector_matmul(dtype, batch, m, n, k, a, b, out)) float_matmul(dtype, batch, m, n, k, a, b, out, scratch);
}
