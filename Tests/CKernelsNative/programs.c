// Programs of random instructions from the whole table, with and without a reduction at their end. The reference is the
// same instructions one at a time, each over whole arrays. Where a program can be machine code it is: so the bits of that are
// compared with those of rows here, and with another processor's.
#include "native.h"

enum { INPUTS = 3, STEPS = 6, PLACES = INPUTS + 1 + 2 + STEPS };  // one output, two constants, a register for each step

typedef struct {
  ck_instruction steps[STEPS];
  double constants[2];
  ck_program program;
} drawn;

// Which sign a NaN has that an operation made depends on the processor, and these two would make a number of it.
static bool shows_sign_of_nan(const char *name) { return strcmp(name, "signbit") == 0 || strcmp(name, "copysign") == 0; }

static void draw_program(drawn *p, generator *g, ck_dtype dtype) {
  for (int i = 0; i < STEPS; i++) {
    int operation;
    do operation = (int)draw_below(g, CK_OPERATION_COUNT);
    while (!is_defined((ck_operation)operation, dtype) ||
           shows_sign_of_nan(ck_describe((ck_operation)operation).name));
    uint8_t from[3];
    for (int j = 0; j < 3; j++) {
      int64_t place = draw_below(g, INPUTS + 2 + i);  // inputs, constants, registers that are written
      from[j] = (uint8_t)(place < INPUTS ? place : place + 1);
    }
    const uint8_t dst = i == STEPS - 1 ? INPUTS : (uint8_t)(INPUTS + 3 + i);
    p->steps[i] = (ck_instruction){(uint8_t)operation, dst, from[0], from[1], from[2]};
  }
  p->constants[0] = 2, p->constants[1] = (double)draw_below(g, 9) - 4;
  p->program = (ck_program){INPUTS, 1, 2, STEPS, STEPS, p->constants, p->steps, NULL};
}

// Every place an array of the whole loop; the last instruction's is the result, which the caller frees.
static void *one_at_a_time(const drawn *p, ck_dtype dtype, int64_t count, void *const inputs[INPUTS]) {
  void *places[PLACES];
  for (int i = 0; i < PLACES; i++) places[i] = i < INPUTS ? inputs[i] : block(dtype, count);
  for (int c = 0; c < 2; c++)
    for (int64_t i = 0; i < count; i++) {
      void *place = places[INPUTS + 1 + c];
      if (dtype == CK_FLOAT32) ((float *)place)[i] = (float)p->constants[c];
      else if (dtype == CK_FLOAT64) ((double *)place)[i] = p->constants[c];
      else if (dtype == CK_INT32) ((int32_t *)place)[i] = (int32_t)p->constants[c];
      else ((int64_t *)place)[i] = (int64_t)p->constants[c];
    }
  for (int i = 0; i < STEPS; i++) {
    const ck_instruction *s = &p->steps[i];
    const void *const x[3] = {places[s->a], places[s->b], places[s->c]};
    apply(s->operation, dtype, count, x, places[s->dst]);
  }
  for (int i = INPUTS + 1; i < PLACES; i++) free(places[i]);
  return places[INPUTS];
}

// What the ends of programs promise: largest and smallest to the bit, sums and products like any order of them.
static void check_ending(ck_reduction op, ck_dtype dtype, int64_t rows, int64_t columns, const char *values,
                         const char *out) {
  if (op != CK_MAX && op != CK_MIN && is_real(dtype)) return;
  char *plain = block(dtype, rows);
  ck_reduce(op, dtype, (ck_axis){rows, columns, 1, columns, 1, 1}, values, plain);
  expect(same_bits(dtype, rows, plain, out), "ending %d differs from ck_reduce", op);
  free(plain);
}

static void test_ending(const drawn *p, ck_reduction op, ck_dtype dtype, const int64_t shape[2], ck_operand *operands,
                        const char *values) {
  const int64_t parts = ck_run_reduced_parts(&p->program, 2, shape, 1, operands);
  char *partial = block(dtype, shape[0] * parts), *out = block(dtype, shape[0]);
  ck_operand all[INPUTS + 1];
  memcpy(all, operands, sizeof all);
  all[INPUTS] = (ck_operand){.data = partial, .dtype = dtype};
  ck_run_reduced(op, &p->program, dtype, 2, shape, 1, all);
  ck_reduce(op, dtype, (ck_axis){shape[0], parts, 1, parts, 1, 1}, partial, out);
  digest(dtype, shape[0], out);
  check_ending(op, dtype, shape[0], shape[1], values, out);
  free(partial), free(out);
}

static void test_program(generator *g, ck_dtype dtype, const int64_t shape[2]) {
  drawn p;
  draw_program(&p, g, dtype);
  const int64_t count = shape[0] * shape[1];
  void *inputs[INPUTS], *out = block(dtype, count);
  ck_operand operands[INPUTS + 1];
  for (int i = 0; i < INPUTS; i++) {
    inputs[i] = draw_block(dtype, count, i == 0 ? WILD : TAME, draw(g));
    operands[i] = contiguous(dtype, inputs[i], 2, shape);
  }
  operands[INPUTS] = contiguous(dtype, out, 2, shape);
  ck_codes codes = {NULL, 0};
  p.program.codes = &codes;
  ck_run(&p.program, dtype, 2, shape, operands);
  digest(dtype, count, out);
  char *plain = one_at_a_time(&p, dtype, count, inputs);
  expect(same_bits(dtype, count, plain, out), "a program differs from its instructions one at a time");
  for (int op = 0; op < CK_REDUCTION_COUNT; op++)
    if (op != CK_ARGMAX && op != CK_ARGMIN && op != CK_DEVIATIONS && (op != CK_LOG_SUM_EXP || is_real(dtype)))
      test_ending(&p, (ck_reduction)op, dtype, shape, operands, plain);
  for (int i = 0; i < INPUTS; i++) free(inputs[i]);
  ck_forget_code(&codes);
  free(out), free(plain);
}

void test_programs(void) {
  static const int64_t shapes[][2] = {{1, 1}, {3, 17}, {40, 9}, {2, 5000}, {7, 1300}, {5, 20000}};
  ck_compile_from(0);
  for (int dtype = 0; dtype < CK_COMPUTE_TYPES; dtype++) {
    generator g = {(uint64_t)dtype};
    begin("programs", "random", (ck_dtype)dtype);
    for (int i = 0; i < 36; i++) test_program(&g, (ck_dtype)dtype, shapes[i % 6]);
    end();
  }
}
