// Every operation of CK_OPERATIONS, through programs of one instruction.
#include "native.h"

ck_operand contiguous(ck_dtype dtype, void *data, int rank, const int64_t *shape) {
  ck_operand operand = {.data = data, .dtype = dtype};
  for (int64_t d = rank - 1, step = 1; d >= 0; step *= shape[d--]) operand.strides[d] = step;
  return operand;
}

static void run(int operation, ck_dtype dtype, int rank, const int64_t *shape, const ck_operand *inputs, ck_operand out) {
  int arity = ck_describe((ck_operation)operation).arity;
  ck_operand operands[4];
  for (int i = 0; i < arity; i++) operands[i] = inputs[i];
  operands[arity] = out;
  ck_instruction instruction = {(uint8_t)operation, (uint8_t)arity, 0, 1, 2};
  ck_program program = {.inputs = arity, .outputs = 1, .count = 1, .instructions = &instruction};
  ck_run(&program, dtype, rank, shape, operands);
}

void apply(int operation, ck_dtype dtype, int64_t count, const void *const x[3], void *out) {
  ck_operand inputs[3];
  for (int i = 0; i < 3; i++) inputs[i] = contiguous(dtype, (void *)x[i], 1, &count);
  run(operation, dtype, 1, &count, inputs, contiguous(dtype, out, 1, &count));
}

static void check(int operation, ck_dtype dtype, int64_t count, const void *const x[3], const void *results) {
  ck_operation_info info = ck_describe((ck_operation)operation);
  const double bound = dtype == CK_FLOAT32 ? info.ulp32 : info.ulp64;
  for (int64_t i = 0; i < count; i++) {
    long double real[3], truth;
    int64_t whole[3], whole_truth;
    for (int j = 0; j < 3; j++) {
      real[j] = get(dtype, x[j], i);
      if (!is_real(dtype)) whole[j] = (int64_t)real[j];
    }
    long double result = get(dtype, results, i);
    if (is_real(dtype)) {
      if (!real_reference(info.name, dtype, real, &truth))
        return expect(false, "no reference: add a line to references.c");
      // Correctly rounded is half a unit, and the reference itself is rounded, to 64 bits at least.
      double error = ulps(dtype, result, truth);
      // Where a sum nearly cancels, the larger operand's last place decides.
      if (strcmp(info.name, "logaddexp") == 0 && isfinite(truth) && truth != 0)
        error = fmin(error, (double)(fabsl(result - truth) / epsilon(dtype) / fabsl(fmaxl(real[0], real[1]))));
      // Of a difference the larger part's; near the root of digamma the reference has no more digits.
      const bool mirrored = strcmp(info.name, "lgamma") == 0 && real[0] < 0;
      if ((mirrored || strcmp(info.name, "digamma") == 0) && isfinite(truth) && truth != 0) {
        const long double size[3] = {mirrored ? -real[0] : 1 - real[0]};
        long double part = real[0] < 0 ? 1 : 0.05L, other = 0;
        if (real[0] < 0) real_reference(info.name, dtype, size, &other);
        error = fmin(error, (double)(fabsl(result - truth) / epsilon(dtype) / fmaxl(fabsl(other), part)));
      }
      expect(error <= (bound > 0 ? bound : 0.501), "%La, %La, %La: %La, not %La: %g ULP", real[0], real[1], real[2],
             result, truth, error);
      if (info.arity == 1 && result == 0 && truth == 0)
        expect(signbit(result) == signbit(truth), "%La: the zero has the wrong sign", real[0]);
    } else {
      if (!whole_reference(info.name, whole, &whole_truth))
        return expect(false, "no reference: add a line to references.c");
      if (dtype == CK_INT32) whole_truth = (int32_t)whole_truth;
      expect((int64_t)result == whole_truth, "%lld, %lld, %lld: %lld, not %lld", (long long)whole[0],
             (long long)whole[1], (long long)whole[2], (long long)result, (long long)whole_truth);
    }
  }
}

// All combinations of landmarks, of three operands each other one.
static void test_landmarks(int operation, ck_dtype dtype) {
  char one[8];
  const int arity = ck_describe((ck_operation)operation).arity, all = landmarks(dtype, 0, one), step = arity == 3 ? 3 : 1;
  const int marks = (all + step - 1) / step;
  int64_t count = marks;
  for (int i = 1; i < arity; i++) count *= marks;
  char *x[3], *out = block(dtype, count);
  const int64_t size = (int64_t)ck_size(dtype);
  for (int j = 0; j < 3; j++) {
    x[j] = block(dtype, count);
    for (int64_t i = 0, rest; i < count; i++) {
      rest = i;
      for (int skip = 0; skip < j; skip++) rest /= marks;
      landmarks(dtype, (int)(rest % marks) * step, x[j] + i * size);
    }
  }
  const void *const operands[3] = {x[0], x[1], x[2]};
  apply(operation, dtype, count, operands, out);
  check(operation, dtype, count, operands, out);
  digest(dtype, count, out);
  for (int j = 0; j < 3; j++) free(x[j]);
  free(out);
}

// Every length around the vectors at changing places, and enough for several threads; nothing is written past the end.
static void test_lengths(int operation, ck_dtype dtype) {
  enum { MANY = 70000, CHECKED = 2000 };
  char *x[3], *out = block(dtype, MANY), *cut = block(dtype, MANY);
  const int64_t size = (int64_t)ck_size(dtype);
  for (int j = 0; j < 3; j++) x[j] = draw_block(dtype, MANY, WILD, 7 + j);
  const void *const whole[3] = {x[0], x[1], x[2]};
  apply(operation, dtype, MANY, whole, out);
  check(operation, dtype, CHECKED, whole, out);
  digest(dtype, MANY, out);
  for (int64_t length = 0; length <= 70; length++) {
    const int64_t at = length * 3;
    const void *const part[3] = {x[0] + at * size, x[1] + at * size, x[2] + at * size};
    memset(cut, 77, (size_t)(72 * size));
    memcpy(cut + 72 * size, cut, (size_t)size);
    apply(operation, dtype, length, part, cut);
    expect(same_bits(dtype, length, cut, out + at * size), "length %lld differs", (long long)length);
    expect(memcmp(cut + length * size, cut + 72 * size, (size_t)size) == 0, "written past length %lld", (long long)length);
  }
  for (int j = 0; j < 3; j++) free(x[j]);
  free(out), free(cut);
}

// Results as bools, which comparisons write without a number in between: whether the number is not 0.
static void test_bools(int operation, ck_dtype dtype) {
  enum { MOST = 2500 };
  const int arity = ck_describe((ck_operation)operation).arity;
  char *x[3], *numbers = block(dtype, MOST), *bools = block(CK_BOOL, MOST + 1);
  for (int j = 0; j < 3; j++) x[j] = draw_block(dtype, MOST, WILD, 90 + (j < 2 ? 0 : j));
  memcpy(x[1], x[0], MOST / 3 * (size_t)ck_size(dtype));  // so that some are equal
  for (int64_t length = 0; length <= MOST; length += length < 40 ? 1 : 1230) {
    ck_operand inputs[3];
    for (int j = 0; j < 3; j++) inputs[j] = contiguous(dtype, x[j], 1, &length);
    for (int repeated = -1; repeated < arity; repeated++) {
      if (repeated >= 0) inputs[repeated].strides[0] = 0;
      bools[length] = 77;
      run(operation, dtype, 1, &length, inputs, contiguous(dtype, numbers, 1, &length));
      run(operation, dtype, 1, &length, inputs, contiguous(CK_BOOL, bools, 1, &length));
      for (int64_t i = 0; i < length; i++)
        expect(bools[i] == (get(dtype, numbers, i) != 0), "bool %lld of %lld", (long long)i, (long long)length);
      expect(bools[length] == 77, "written past bool %lld", (long long)length);
    }
  }
  for (int j = 0; j < 3; j++) free(x[j]);
  free(numbers), free(bools);
}

// A condition of bools, which `where` reads as they are: the bits of one of numbers.
static void test_condition(ck_dtype dtype) {
  enum { MOST = 2500 };
  char *x[3], *by_number = block(dtype, MOST), *by_bool = block(dtype, MOST), *bools = block(CK_BOOL, MOST);
  for (int j = 0; j < 3; j++) x[j] = draw_block(dtype, MOST, WILD, 95 + j);
  for (int64_t i = 0; i < MOST; i++) bools[i] = get(dtype, x[0], i) != 0;
  for (int64_t length = 1; length <= MOST; length += length < 40 ? 1 : 1230)
    for (int repeated = -1; repeated < 3; repeated++) {
      ck_operand inputs[3];
      for (int j = 0; j < 3; j++) inputs[j] = contiguous(dtype, x[j], 1, &length);
      if (repeated >= 0) inputs[repeated].strides[0] = 0;
      run(CK_where, dtype, 1, &length, inputs, contiguous(dtype, by_number, 1, &length));
      inputs[0].data = bools, inputs[0].dtype = CK_BOOL;
      run(CK_where, dtype, 1, &length, inputs, contiguous(dtype, by_bool, 1, &length));
      expect(same_bits(dtype, length, by_number, by_bool), "a condition of bools, length %lld", (long long)length);
    }
  for (int j = 0; j < 3; j++) free(x[j]);
  free(by_number), free(by_bool), free(bools);
}

// Operands that are transposed, repeated, reversed with gaps, and a transposed result: the bits of contiguous ones.
static void test_views(int operation, ck_dtype dtype) {
  enum { ROWS = 37, COLUMNS = 45, COUNT = ROWS * COLUMNS };
  const int64_t shape[2] = {ROWS, COLUMNS}, size = (int64_t)ck_size(dtype);
  const int64_t strides[3][2] = {{1, ROWS}, {0, 1}, {-2 * COLUMNS, -2}};
  const int64_t origin[3] = {0, 0, 2 * COUNT - 2};
  char *x[3], *gathered[3], *out = block(dtype, COUNT), *turned = block(dtype, COUNT), *back = block(dtype, COUNT);
  ck_operand inputs[3];
  for (int j = 0; j < 3; j++) {
    x[j] = draw_block(dtype, 2 * COUNT, WILD, 70 + j);
    gathered[j] = block(dtype, COUNT);
    inputs[j] = (ck_operand){.data = x[j] + origin[j] * size, .strides = {strides[j][0], strides[j][1]}, .dtype = dtype};
    for (int64_t r = 0; r < ROWS; r++)
      for (int64_t c = 0; c < COLUMNS; c++)
        memcpy(gathered[j] + (r * COLUMNS + c) * size,
               (char *)inputs[j].data + (r * strides[j][0] + c * strides[j][1]) * size, (size_t)size);
  }
  const void *const plain[3] = {gathered[0], gathered[1], gathered[2]};
  apply(operation, dtype, COUNT, plain, out);
  run(operation, dtype, 2, shape, inputs, (ck_operand){.data = turned, .strides = {1, ROWS}, .dtype = dtype});
  for (int64_t r = 0; r < ROWS; r++)
    for (int64_t c = 0; c < COLUMNS; c++)
      memcpy(back + (r * COLUMNS + c) * size, turned + (c * ROWS + r) * size, (size_t)size);
  expect(same_bits(dtype, COUNT, back, out), "views give other bits than copies of them");
  digest(dtype, COUNT, back);
  for (int j = 0; j < 3; j++) free(x[j]), free(gathered[j]);
  free(out), free(turned), free(back);
}

void test_elementwise(void) {
  for (int operation = 0; operation < CK_OPERATION_COUNT; operation++)
    for (int dtype = 0; dtype < CK_COMPUTE_TYPES; dtype++) {
      ck_operation_info info = ck_describe((ck_operation)operation);
      if (!is_defined((ck_operation)operation, (ck_dtype)dtype)) continue;
      begin("elementwise", info.name, (ck_dtype)dtype);
      test_landmarks(operation, (ck_dtype)dtype);
      test_lengths(operation, (ck_dtype)dtype);
      test_bools(operation, (ck_dtype)dtype);
      if (operation == CK_where) test_condition((ck_dtype)dtype);
      test_views(operation, (ck_dtype)dtype);
      end();
    }
}
