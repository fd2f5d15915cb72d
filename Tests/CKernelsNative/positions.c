// Elements by position: gather, scatter, masks, and transposed copies, for every dtype. All move elements unchanged, so that
// plain loops give the very bytes; scatter with arithmetic is checked against the operation itself.
#include "native.h"

enum { OUTER = 2, LENGTH = 300, INNER = 17, COUNT = 90 };

static int64_t *positions(int64_t count, uint64_t seed) {
  int64_t *index = block(CK_INT64, count);
  generator g = {seed};
  for (int64_t i = 0; i < count; i++) index[i] = draw_below(&g, 2 * LENGTH) - LENGTH;
  return index;
}

// The place in a contiguous [OUTER, LENGTH, INNER] that position [o, j, i] names.
static int64_t named(ck_index x, int64_t o, int64_t j, int64_t i) {
  int64_t p = x.data[o * x.outer_stride + j * x.stride + i * x.inner_stride];
  return (o * LENGTH + (p < 0 ? p + LENGTH : p)) * INNER + i;
}

static void test_gather(ck_dtype dtype, ck_index index) {
  const int64_t size = (int64_t)ck_size(dtype), all = OUTER * COUNT * INNER;
  char *in = draw_block(dtype, OUTER * LENGTH * INNER, WILD, 11), *out = block(dtype, all), *plain = block(dtype, all);
  ck_gather(dtype, (ck_axis){OUTER, LENGTH, INNER, LENGTH * INNER, INNER, 1}, COUNT, index, in, out);
  digest(dtype, all, out);
  for (int64_t to = 0; to < all; to++)
    memcpy(plain + to * size, in + named(index, to / (COUNT * INNER), to / INNER % COUNT, to % INNER) * size, (size_t)size);
  expect(memcmp(plain, out, (size_t)(all * size)) == 0, "gathered elements differ");
  free(in), free(out), free(plain);
}

static void test_scatter(ck_operation combine, ck_dtype dtype, ck_index index) {
  const int64_t size = (int64_t)ck_size(dtype), all = OUTER * LENGTH * INNER;
  char *in = draw_block(dtype, OUTER * COUNT * INNER, WILD, 12), *out = draw_block(dtype, all, TAME, 13), *plain = block(dtype, all);
  memcpy(plain, out, (size_t)(all * size));
  ck_scatter(combine, dtype, OUTER, LENGTH, INNER, COUNT, index, in, out);
  digest(dtype, all, out);
  for (int64_t from = 0; from < OUTER * COUNT * INNER; from++) {
    char *to = plain + named(index, from / (COUNT * INNER), from / INNER % COUNT, from % INNER) * size, *x = in + from * size;
    const void *const operands[3] = {to, x, x};
    if (combine == CK_copy) memcpy(to, x, (size_t)size);
    else apply(combine, dtype, 1, operands, to);
  }
  expect(same_bits(dtype, all, plain, out), "scattered elements differ");
  free(in), free(out), free(plain);
}

static void test_mask(ck_dtype dtype, int64_t count) {
  const int64_t size = (int64_t)ck_size(dtype);
  char *in = draw_block(dtype, count, WILD, 14), *out = block(dtype, count), *back = block(dtype, count), *mask = block(CK_BOOL, count);
  generator g = {15};
  int64_t chosen = 0, starts[CK_MASK_BLOCKS + 1];
  for (int64_t i = 0; i < count; i++) mask[i] = (i / 1000 % 3 == 2 || draw_below(&g, 3) == 0) && i / 1000 % 3 != 1;
  const int64_t found = ck_mask_starts(count, (uint8_t *)mask, starts);
  ck_compress(dtype, count, (uint8_t *)mask, starts, in, out);
  ck_spread(dtype, count, (uint8_t *)mask, starts, out, back);
  digest(dtype, count, back);
  const char zero[8] = {0};
  for (int64_t i = 0; i < count; i++) {
    const char *from = mask[i] ? in + i * size : zero;
    expect(memcmp(back + i * size, from, (size_t)size) == 0, "spread element %lld differs", (long long)i);
    if (mask[i]) expect(memcmp(out + chosen++ * size, from, (size_t)size) == 0, "chosen element %lld differs", (long long)i);
  }
  expect(found == chosen, "%lld of %lld are chosen, not %lld", (long long)chosen, (long long)count, (long long)found);
  free(in), free(out), free(back), free(mask);
}

static void test_outside(void) {
  enum { MANY = 100000 };
  int64_t *index = positions(MANY, 17);
  expect(ck_first_outside(MANY, index, LENGTH) == -1, "a position is called outside that is not");
  for (int64_t at = MANY - 1; at > 0; at /= 3) {
    index[at] = at % 2 ? LENGTH : -LENGTH - 1;
    expect(ck_first_outside(MANY, index, LENGTH) == at, "the position at %lld is not called outside", (long long)at);
  }
  free(index);
}

// A copy from columns to rows, of a dtype as it is.
static void test_turned(ck_dtype dtype, int64_t rows, int64_t columns) {
  const int64_t size = (int64_t)ck_size(dtype), shape[2] = {rows, columns};
  if (dtype >= CK_COMPUTE_TYPES) return;
  char *in = draw_block(dtype, rows * columns, WILD, 16), *out = block(dtype, rows * columns);
  ck_instruction instruction = {CK_copy, 1, 0, 0, 0};
  ck_program program = {.inputs = 1, .outputs = 1, .count = 1, .instructions = &instruction};
  ck_operand operands[2] = {{.data = in, .strides = {1, rows}, .dtype = dtype}, contiguous(dtype, out, 2, shape)};
  ck_run(&program, dtype, 2, shape, operands);
  digest(dtype, rows * columns, out);
  for (int64_t i = 0; i < rows * columns; i++)
    expect(memcmp(out + i * size, in + (i / columns + i % columns * rows) * size, (size_t)size) == 0,
           "element %lld of the transposed [%lld, %lld] differs", (long long)i, (long long)rows, (long long)columns);
  free(in), free(out);
}

void test_positions(void) {
  static const int64_t sizes[] = {0, 1, 15, 16, 17, 63, 65, 4095, 4097, 9001, 70001};
  int64_t *data = positions(OUTER * COUNT * INNER, 18);
  // A position for every element; one for a run; the same ones for each of the outer dimension.
  const ck_index indices[] = {{data, COUNT * INNER, INNER, 1}, {data, COUNT, 1, 0}, {data, 0, 1, 0}};
  for (int dtype = 0; dtype < CK_DTYPE_COUNT; dtype++) {
    begin("positions", "gather_scatter", (ck_dtype)dtype);
    if (dtype == 0) test_outside();
    for (int i = 0; i < 3; i++) {
      test_gather((ck_dtype)dtype, indices[i]);
      test_scatter(CK_copy, (ck_dtype)dtype, indices[i]);
      for (int operation = 0; operation < CK_OPERATION_COUNT && dtype < CK_COMPUTE_TYPES; operation++) {
        ck_operation_info info = ck_describe((ck_operation)operation);
        if (info.arity == 2 && is_defined((ck_operation)operation, (ck_dtype)dtype))
          test_scatter((ck_operation)operation, (ck_dtype)dtype, indices[i]);
      }
    }
    end();
    begin("positions", "mask", (ck_dtype)dtype);
    for (int i = 0; i < (int)(sizeof sizes / sizeof *sizes); i++) test_mask((ck_dtype)dtype, sizes[i]);
    end();
    begin("positions", "transposed", (ck_dtype)dtype);
    for (int64_t n = 1; n < 40; n += 3) test_turned((ck_dtype)dtype, n, 41 - n);
    test_turned((ck_dtype)dtype, 257, 300);
    end();
  }
  free(data);
}
