// Products of matrices of sizes around every tile, contiguous, transposed, strided and repeated.
#include "native.h"

typedef struct {
  int64_t batch, m, n, k;
} sizes;
static const sizes cases[] = {{1, 1, 1, 0},     {1, 1, 1, 1},    {1, 3, 2, 5},   {2, 6, 16, 7},   {1, 7, 17, 33},
                              {1, 13, 12, 8},   {1, 15, 65, 20}, {3, 8, 9, 10},  {1, 1, 37, 300}, {1, 41, 1, 70},
                              {1, 1, 1, 9000},  {2, 1, 50, 40},  {1, 29, 31, 257}, {1, 20, 70, 600}, {1, 64, 64, 64},
                              {1, 130, 140, 120}, {1, 70, 530, 260}, {9, 33, 40, 20},
                              {1, 90, 10, 300},   {2, 5, 70, 40},     {1, 67, 3, 520},   {3, 2, 33, 12},
                              {2, 4, 300, 270},   {1, 2, 41, 600},   {2, 3, 100, 90},   {1, 70, 4, 300},
                              {3, 41, 2, 33},     {1, 26, 48, 300}};

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

static void check(ck_dtype dtype, sizes s, ck_matrix a, ck_matrix b, ck_matmul_end end, const char *before,
                  const char *out) {
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
    const long double more[2] = {end.add ? get(dtype, before, i) : 0, end.bias ? get(dtype, end.bias, column) : 0};
    for (int j = 0; j < 2; j++) {
      truth += more[j], size += fabsl(more[j]);
      if (!is_real(dtype)) whole += (uint64_t)(int64_t)more[j];
    }
    if (!is_real(dtype)) truth = dtype == CK_INT32 ? (int32_t)whole : (long double)(int64_t)whole;
    if (end.rectify && truth < 0) truth = 0;
    long double result = get(dtype, out, i), room = is_real(dtype) ? (long double)(s.k + 3) * epsilon(dtype) * size : 0;
    expect(fabsl(result - truth) <= room, "element %lld of %lld x %lld x %lld: %La, not %La", (long long)i,
           (long long)s.m, (long long)s.n, (long long)s.k, result, truth);
  }
}

static void test_case(ck_dtype dtype, sizes s, int way_a, int way_b, ck_matmul_end end) {
  const int64_t count = s.batch * s.m * s.n;
  char *x = draw_block(dtype, 2 * s.batch * s.m * s.k + 2, TAME, 1), *y = draw_block(dtype, 2 * s.batch * s.n * s.k + 2, TAME, 2);
  char *before = draw_block(dtype, count, TAME, 3), *bias = draw_block(dtype, s.n, TAME, 4);
  char *out = block(dtype, count), *scratch;
  const size_t room = (ck_matmul_scratch(dtype, s.batch, s.m, s.n, s.k) + 127) / 64 * 64;
  if (posix_memalign((void **)&scratch, 64, room) != 0) exit(2);
  const ck_matrix a = lay(way_a, dtype, x, s.m, s.k), b = lay(way_b, dtype, y, s.k, s.n);
  memcpy(out, before, (size_t)count * ck_size(dtype));
  if (end.bias) end.bias = bias;
  ck_matmul(dtype, s.batch, s.m, s.n, s.k, a, b, end, out, scratch);
  digest(dtype, count, out);
  check(dtype, s, a, b, end, before, out);
  free(x), free(y), free(before), free(bias), free(out), free(scratch);
}

// What stands for a bias in the ends below.
#define SOME ""

void test_matmul(void) {
  static const ck_matmul_end ends[] = {{true, NULL, false}, {false, SOME, false}, {false, NULL, true}, {true, SOME, true}};
  for (int dtype = 0; dtype < CK_COMPUTE_TYPES; dtype++) {
    begin("matmul", "matmul", (ck_dtype)dtype);
    for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++)
      for (int ways = 0; ways < 16; ways++) test_case((ck_dtype)dtype, cases[i], ways / 4, ways % 4, (ck_matmul_end){0});
    end();
    begin("matmul", "matmul_end", (ck_dtype)dtype);
    for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++)
      for (int ways = 0; ways < 16; ways++)
        test_case((ck_dtype)dtype, cases[i], ways / 4, ways % 4, ends[(ways + ways / 4) % 4]);
    end();
  }
}
