// Products of matrices of sizes around every tile, contiguous, transposed, strided and repeated.
#include "native.h"

typedef struct {
  int64_t batch, m, n, k;
} sizes;
static const sizes cases[] = {{1, 1, 1, 0},     {1, 1, 1, 1},    {1, 3, 2, 5},   {2, 6, 16, 7},   {1, 7, 17, 33},
                              {1, 13, 12, 8},   {1, 15, 65, 20}, {3, 8, 9, 10},  {1, 1, 37, 300}, {1, 41, 1, 70},
                              {1, 1, 1, 9000},  {2, 1, 50, 40},  {1, 29, 31, 257}, {1, 20, 70, 600}, {1, 64, 64, 64},
                              {1, 130, 140, 120}, {1, 70, 530, 260}, {9, 33, 40, 20}};

// The four ways of lying in memory: by rows, by columns, every second element backwards, one row repeated.
static ck_matrix lay(int way, ck_dtype dtype, char *data, int64_t rows, int64_t columns) {
  const int64_t count = rows * columns, size = (int64_t)ck_size(dtype);
  switch (way) {
  case 0: return (ck_matrix){data, count, columns, 1};
  case 1: return (ck_matrix){data, count, 1, rows};
  case 2: return (ck_matrix){data + (2 * count - 2) * size, 0, -2 * columns, -2};
  default: return (ck_matrix){data, columns, 0, 1};
  }
}

static void check(ck_dtype dtype, sizes s, ck_matrix a, ck_matrix b, const char *out) {
  const int64_t count = s.batch * s.m * s.n, step = count > 50 ? count / 50 : 1;
  for (int64_t i = 0; i < count; i += step) {
    const int64_t batch = i / (s.m * s.n), row = i / s.n % s.m, column = i % s.n;
    long double truth = 0, size = 0;
    uint64_t whole = 0;
    for (int64_t p = 0; p < s.k; p++) {
      long double x = get(dtype, a.data, batch * a.batch_stride + row * a.row_stride + p * a.column_stride);
      long double y = get(dtype, b.data, batch * b.batch_stride + p * b.row_stride + column * b.column_stride);
      truth += x * y, size += fabsl(x * y);
      if (!is_real(dtype)) whole += (uint64_t)(int64_t)x * (uint64_t)(int64_t)y;
    }
    if (!is_real(dtype)) truth = dtype == CK_INT32 ? (int32_t)whole : (long double)(int64_t)whole;
    long double result = get(dtype, out, i), room = is_real(dtype) ? (long double)(s.k + 1) * epsilon(dtype) * size : 0;
    expect(fabsl(result - truth) <= room, "element %lld of %lld x %lld x %lld: %La, not %La", (long long)i,
           (long long)s.m, (long long)s.n, (long long)s.k, result, truth);
  }
}

static void test_case(ck_dtype dtype, sizes s, int way_a, int way_b) {
  char *x = draw_block(dtype, 2 * s.batch * s.m * s.k + 2, TAME, 1), *y = draw_block(dtype, 2 * s.batch * s.n * s.k + 2, TAME, 2);
  char *out = block(dtype, s.batch * s.m * s.n), *scratch;
  const size_t room = (ck_matmul_scratch(dtype, s.batch, s.m, s.n, s.k) + 127) / 64 * 64;
  if (posix_memalign((void **)&scratch, 64, room) != 0) exit(2);
  const ck_matrix a = lay(way_a, dtype, x, s.m, s.k), b = lay(way_b, dtype, y, s.k, s.n);
  ck_matmul(dtype, s.batch, s.m, s.n, s.k, a, b, out, scratch);
  digest(dtype, s.batch * s.m * s.n, out);
  check(dtype, s, a, b, out);
  free(x), free(y), free(out), free(scratch);
}

void test_matmul(void) {
  for (int dtype = 0; dtype < CK_COMPUTE_TYPES; dtype++) {
    begin("matmul", "matmul", (ck_dtype)dtype);
    for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++)
      for (int ways = 0; ways < 16; ways++) test_case((ck_dtype)dtype, cases[i], ways / 4, ways % 4);
    end();
  }
}
