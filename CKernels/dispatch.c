// Which instruction set's kernels run: asked once, at the first call.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "table.h"

static const ck_table *named(const char *name) {
  if (strcmp(name, "baseline") == 0) return &ck_table_baseline;
#if defined(__x86_64__)
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  if (strcmp(name, "avx2") == 0 && avx2) return &ck_table_avx2;
  if (strcmp(name, "avx512") == 0 && avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    return &ck_table_avx512;
#elif defined(__aarch64__)
  if (strcmp(name, "neon") == 0) return &ck_table_neon;
#endif
  return NULL;
}

static const ck_table *best(void) {
  const char *wish = getenv("CUSP_ISA");
  const ck_table *table = wish ? named(wish) : NULL;
  bool absent = wish && wish[0] && !table;
  const char *names[] = {"avx512", "avx2", "neon", "baseline"};
  for (int i = 0; table == NULL; i++) table = named(names[i]);
  if (absent) {
    // The one thing that this floor says itself: the first kernel may run before anybody above could ask.
    fprintf(stderr, "Cusp: CUSP_ISA=%s is not available on this machine, %s is used; available are", wish, table->name);
    for (int i = 0; i < 4; i++)
      if (named(names[i])) fprintf(stderr, " %s", names[i]);
    fputc('\n', stderr);
  }
  return table;
}

static _Atomic(const ck_table *) chosen;
static _Thread_local const ck_table *chosen_here;

const ck_table *ck_kernels(void) {
  if (chosen_here != NULL) return chosen_here;
  const ck_table *table = atomic_load_explicit(&chosen, memory_order_acquire);
  if (__builtin_expect(table == NULL, 0)) {  // two threads may both get here; they store the same
    table = best();
    atomic_store_explicit(&chosen, table, memory_order_release);
  }
  return table;
}

const char *ck_instruction_set(void) { return ck_kernels()->name; }

bool ck_use_instruction_set(const char *name) {
  const ck_table *table = named(name);
  if (table) atomic_store_explicit(&chosen, table, memory_order_release);
  return table != NULL;
}

const ck_table *ck_use_kernels_here(const ck_table *table) {
  const ck_table *before = chosen_here;
  chosen_here = table;
  return before;
}

bool ck_use_instruction_set_here(const char *name) {
  const ck_table *table = name ? named(name) : NULL;
  if (table || !name) chosen_here = table;
  return table || !name;
}
