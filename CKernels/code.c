// Keeps the machine code of programs: made when a long run first wants it, found by the kind of its operands, and thrown away
// with the program. Where memory for code cannot be had, programs run row by row as before.
#define _GNU_SOURCE
#include "code.h"
#include "table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MEMORY = 64 << 10, MOST_CODES = 8 };
static const int64_t LONG_RUN = 16 << 10;  // elements; to make code of 16 instructions, two of them functions, takes 40 us

static _Atomic int64_t compiled_from = -1;

static int64_t asked_for(void) {
  const char *wish = getenv("CUSP_COMPILE");
  if (wish && strcmp(wish, "never") == 0) return INT64_MAX;
  return wish && strcmp(wish, "always") == 0 ? 0 : LONG_RUN;
}

void ck_compile_from(int64_t elements) { atomic_store(&compiled_from, elements < 0 ? asked_for() : elements); }

static int64_t wanted_from(void) {
  if (atomic_load_explicit(&compiled_from, memory_order_relaxed) < 0) ck_compile_from(-1);
  return atomic_load_explicit(&compiled_from, memory_order_relaxed);
}

bool ck_pays_to_compile(const ck_program *program, int64_t elements) {
  if (!program->codes) return false;
  const int64_t enough = wanted_from();
  int64_t *const so_far = &program->codes->elements, known = __atomic_load_n(so_far, __ATOMIC_RELAXED);
  if (known + elements >= enough) return true;
  __atomic_store_n(so_far, known + elements, __ATOMIC_RELAXED);  // what others add meanwhile may be lost
  return false;
}

#if defined(__x86_64__)
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static uint32_t bits(const bool *flags, int count) {
  uint32_t bits = 0;
  for (int i = 0; i < count; i++) bits |= (uint32_t)flags[i] << i;
  return bits;
}

static const ck_code *find(const ck_code *code, const ck_code *like) {
  while (code && (code->compute != like->compute || code->vector != like->vector || code->repeated != like->repeated ||
                  code->past != like->past || code->summed != like->summed))
    code = code->next;
  return code;
}

void ck_fill_line(uint8_t *line, const void *number, size_t size) {
  for (size_t at = 0; at < CK_CODE_LINE; at += size) memcpy(line + at, number, size);
}

static void fill_pool(uint8_t *pool, const ck_run_plan *r) {
  const double numbers[] = {0, 1, -1, -0.0, 0};
  const size_t size = ck_size(r->compute);
  for (int i = 0; i < CK_POOL_FIXED; i++) {
    const float single = (float)numbers[i];
    ck_fill_line(pool + i * CK_CODE_LINE, size == 4 ? (const void *)&single : &numbers[i], size);
  }
  // All bits but the sign.
  for (int i = 0; i < CK_CODE_LINE; i++)
    pool[CK_POOL_SIZE * CK_CODE_LINE + i] = ~pool[CK_POOL_SIGN * CK_CODE_LINE + i];
  for (int i = 0; i < r->program->constants; i++)
    ck_fill_line(pool + (CK_POOL_FIXED + i) * CK_CODE_LINE, (const char *)r->constants + (size_t)i * size, size);
}

// All stretches of the program, in memory of their own that nobody writes to any more.
static ck_code *make(const ck_run_plan *r, const ck_code *like) {
  ck_code *code = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (code == MAP_FAILED) return NULL;
  *code = *like;
  uint8_t *pool = (uint8_t *)code + (sizeof *code + CK_CODE_LINE - 1) / CK_CODE_LINE * CK_CODE_LINE;
  fill_pool(pool, r);
  ck_code_room room = {.pool = pool, .end = (uint8_t *)code + MEMORY, .vector = like->vector};
  room.lines = CK_POOL_FIXED + r->program->constants;
  room.at = pool + CK_POOL_MOST * CK_CODE_LINE;
  for (int i = 0; i < r->program->count && code->stretches < CK_STRETCHES;) {
    ck_stretch *next = &code->stretch[code->stretches];
    const bool made = ck_assemble(r, i, like->summed, &room, next);
    code->stretches += made;
    i += made ? next->count : 1;
  }
  // A sum is of no use in pieces.
  if (like->summed >= 0 && (code->stretches != 1 || code->stretch[0].count != r->program->count)) code->stretches = 0;
  return code;
}

// Bytes of a vector here, 0 where there is no code for the instruction set.
static int vector_here(void) {
  const int vector = ck_kernels()->vector;
  return vector < 32 ? 0 : vector;
}

const ck_stretch *ck_whole_code(const ck_program *program, ck_dtype compute, uint32_t repeated) {
  const ck_code like = {.compute = compute, .vector = vector_here(), .repeated = repeated, .summed = -1};
  const ck_code *code = find(atomic_load_explicit((_Atomic(ck_code *) *)&program->codes->first, memory_order_acquire), &like);
  return code && code->stretches == 1 && code->stretch->count == program->count ? code->stretch : NULL;
}

const ck_code *ck_code_for(const ck_run_plan *r, int summed) {
  const int vector = vector_here();
  if (r->compute > CK_FLOAT64 || !vector) return NULL;
  _Atomic(ck_code *) *codes = (_Atomic(ck_code *) *)&r->program->codes->first;
  const int operands = r->program->inputs + r->program->outputs;
  const ck_code like = {.compute = r->compute,
                        .vector = vector,
                        .repeated = bits(r->repeated, operands),
                        .past = bits(r->past, operands),
                        .summed = summed};
  const ck_code *found = find(atomic_load_explicit(codes, memory_order_acquire), &like);
  if (found) return found->stretches ? found : NULL;
  pthread_mutex_lock(&making);
  ck_code *first = atomic_load_explicit(codes, memory_order_acquire);
  found = find(first, &like);
  int made = 0;
  for (const ck_code *code = first; code; code = code->next) made++;
  if (!found && made < MOST_CODES) {
    ck_code *code = make(r, &like);
    if (code) {
      code->next = first;
      // Refused where the system allows no code of one's own: then it says that there is nothing to run.
      if (mprotect(code, MEMORY, PROT_READ | PROT_EXEC) != 0) code->stretches = 0;
      atomic_store_explicit(codes, code, memory_order_release);
      found = code;
    }
  }
  pthread_mutex_unlock(&making);
  return found && found->stretches ? found : NULL;
}

void ck_forget_code(ck_codes *codes) {
  for (ck_code *code = codes->first, *next; code; code = next) {
    next = code->next;
    munmap(code, MEMORY);
  }
  *codes = (ck_codes){NULL, 0};
}
#else
const ck_code *ck_code_for(const ck_run_plan *r, int summed) {
  (void)r, (void)summed;
  return NULL;
}
const ck_stretch *ck_whole_code(const ck_program *program, ck_dtype compute, uint32_t repeated) {
  (void)program, (void)compute, (void)repeated;
  return NULL;
}
void ck_forget_code(ck_codes *codes) { (void)codes; }
#endif
