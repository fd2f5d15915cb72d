// Matrix products, of floats in as many portions as the scratch memory for b needs.
//
// Threads never share an element of the result, so how the work is cut changes nothing.
#include "matmul.h"

enum { SCRATCH_BYTES = 4 << 20 };  // packed panels of b, unless a single one is larger

// How much of b is packed at a time: `depth` of k, of `batches` matrices.
typedef struct {
  int64_t depth, batches, bytes;
} portion;

static portion portion_of(ck_dtype dtype, int64_t batch, int64_t n, int64_t k) {
  int64_t row = ck_padded(n, ck_kernels()->blocks.matmul[dtype].wide.columns) * (int64_t)ck_size(dtype);
  int64_t fitting = SCRATCH_BYTES / row;  // rows of b
  portion p = {.depth = k <= fitting ? k : ck_least(k, ck_most(fitting / CK_PANEL, 1) * CK_PANEL), .batches = 1};
  if (batch > 1 && p.depth == k) p.batches = ck_least(batch, ck_most(fitting / k, 1));
  p.bytes = p.batches * p.depth * row;
  return p;
}

static ck_matrix transpose(ck_matrix x) {
  return (ck_matrix){x.data, x.batch_stride, x.column_stride, x.row_stride};
}

static void float_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b,
                         ck_matmul_end end, char *out, void *scratch) {
  const bool turned = ck_matmul_turns(m, n, k, a, b);
  const portion part = turned ? (portion){.depth = k, .batches = batch} : portion_of(dtype, batch, n, k);
  if (turned) {
    const ck_matrix left = a;
    const int64_t rows = m;
    a = transpose(b), b = transpose(left), m = n, n = rows;
  }
  ck_matmul_job j = {.blocks = &ck_kernels()->blocks.matmul[dtype],
                     .size = (int64_t)ck_size(dtype),
                     .m = m,
                     .n = n,
                     .packed = scratch,
                     .turned = turned};
  for (int64_t done = 0; done < batch; done += part.batches)
    for (int64_t p = 0; p < k; p += part.depth) {
      j.batches = ck_least(part.batches, batch - done), j.k = ck_least(part.depth, k - p);
      j.a = a, j.a.data = ck_corner(&j, a, done, 0, p);
      j.b = b, j.b.data = ck_corner(&j, b, done, p, 0);
      j.out = out + done * m * n * j.size;
      j.shares_b = j.batches > 1 && b.batch_stride == 0;
      const bool last = p + j.k == k;
      j.end = (ck_matmul_end){end.add || p > 0, last ? end.bias : NULL, last && end.rectify};
      ck_matmul_cut(&j);
      const double packed = (double)(j.shares_b ? 1 : j.batches) * (double)n * (double)j.k;
      ck_parallel(ck_pack_tasks(&j), 0.2 * packed, ck_pack_task, &j);
      ck_parallel(j.batches * j.down * j.across, ck_matmul_work(&j), ck_multiply_task, &j);
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
  ck_matmul_end end;
  char *out;
} integer_job;

static void integer_task(void *context, int64_t index) {
  const integer_job *j = context;
  int64_t batch = index / j->m, row = index % j->m;
  ck_matrix a = j->a, b = j->b;
  a.data = (const char *)a.data + (batch * a.batch_stride + row * a.row_stride) * j->size;
  b.data = (const char *)b.data + batch * b.batch_stride * j->size;
  j->multiply(1, j->n, j->k, a, b, j->end, j->out + index * j->n * j->size);
}

static void integer_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b,
                           ck_matmul_end end, void *out) {
  ck_integer_matmul multiply = ck_kernels()->blocks.integer_matmul[dtype - CK_INT32];
  integer_job j = {multiply, m, n, k, (int64_t)ck_size(dtype), a, b, end, out};
  ck_parallel(batch * m, 0.3 * (double)(batch * m) * (double)n * (double)ck_most(k, 1), integer_task, &j);
}

// The end of zeros.
static void end_of_nothing(ck_dtype dtype, int64_t rows, int64_t n, ck_matmul_end end, char *out) {
  const int64_t size = n * (int64_t)ck_size(dtype);
  if (!end.add) memset(out, 0, (size_t)(rows * size));
  for (int64_t i = 0; i < rows && (end.bias || end.rectify); i++)
    ck_kernels()->blocks.matmul[dtype].finish(n, end.bias, 1, end.rectify, out + i * size);
}

void ck_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b,
               ck_matmul_end end, void *out, void *scratch) {
  if (batch <= 0 || m <= 0 || n <= 0) return;
  // Batches that share b, and follow each other in a, are one tall matrix.
  if (batch > 1 && b.batch_stride == 0 && a.batch_stride == m * a.row_stride) {
    m *= batch;
    batch = 1;
  }
  if (dtype > CK_FLOAT64) return integer_matmul(dtype, batch, m, n, ck_most(k, 0), a, b, end, out);
  if (k <= 0) return end_of_nothing(dtype, batch * m, n, end, out);
  if (!ck_vector_matmul(dtype, batch, m, n, k, a, b, end, out))
    float_matmul(dtype, batch, m, n, k, a, b, end, out, scratch);
}
