// native INSTRUCTION_SET THREADS: prints "family operation type digest" lines; exit code 1 where a result is wrong, 2 where
// this machine has no such instruction set.
#include <stdarg.h>

#include "native.h"

static struct {
  const char *family, *name;
  ck_dtype dtype;
  uint64_t digest;
  int failures;
} now;
static int all_failures;

void begin(const char *family, const char *name, ck_dtype dtype) {
  now.family = family, now.name = name, now.dtype = dtype;
  now.digest = 0xcbf29ce484222325;
  now.failures = 0;
}

// FNV-1a, over eight bytes at a time (Fowler, Noll and Vo, 1991), with the upper half folded in, which it would else move
// out of the word.
static void add(uint64_t word) {
  now.digest = (now.digest ^ word) * 0x100000001b3;
  now.digest ^= now.digest >> 32;
}

void digest(ck_dtype dtype, int64_t count, const void *results) {
  add((uint64_t)count);
  for (int64_t i = 0; i < count; i++) add(bits_at(dtype, results, i));
}

void end(void) {
  printf("%s %s %s %016llx\n", now.family, now.name, dtype_name(now.dtype), (unsigned long long)now.digest);
  all_failures += now.failures;
}

void expect(bool condition, const char *format, ...) {
  if (condition) return;
  if (now.failures++ >= 3) return;
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s %s %s: ", now.family, now.name, dtype_name(now.dtype));
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
}

int main(int count, char **arguments) {
  if (count != 3) return fprintf(stderr, "usage: native INSTRUCTION_SET THREADS\n"), 2;
  if (!ck_use_instruction_set(arguments[1])) return fprintf(stderr, "no %s here\n", arguments[1]), 2;
  const int threads = atoi(arguments[2]);
  ck_set_threads(threads);
  setvbuf(stdout, NULL, _IOLBF, 0);  // so that a crash shows where
  test_elementwise();
  test_conversions();
  test_reductions();
  test_softmax();
  test_matmul();
  test_random();
  test_programs();
  test_positions();
  if (threads > 1 && ck_widest_team() < 2) all_failures++, fprintf(stderr, "no loop ran on several threads\n");
  if (all_failures > 0) fprintf(stderr, "%d wrong results\n", all_failures);
  return all_failures > 0;
}
