// The only parallel loop. Everything that runs on several threads goes through ck_parallel, which decides whether threads
// are worth it and shares the loop with the team (team.c).
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif

#include "busy.h"
#include "drivers.h"
#include "team.h"

static atomic_int set_budget, widest = 1;
static atomic_flag team_taken = ATOMIC_FLAG_INIT;  // one team at a time: a second caller runs alone, not beside it
static _Thread_local int serial_depth;

static int cores(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n > 0 ? (int)n : 1;
}

int ck_threads(void) {
  int threads = atomic_load_explicit(&set_budget, memory_order_relaxed);
  if (__builtin_expect(threads == 0, 0)) {
    const char *wish = getenv("CUSP_THREADS");
    threads = wish ? atoi(wish) : 0;
    if (threads <= 0) threads = cores();
    int unset = 0;
    if (!atomic_compare_exchange_strong(&set_budget, &unset, threads)) threads = unset;
  }
  return threads;
}

void ck_set_threads(int threads) { atomic_store(&set_budget, threads < 1 ? 1 : threads); }

void ck_serial_begin(void) { serial_depth++; }
void ck_serial_end(void) { serial_depth--; }
int ck_widest_team(void) { return atomic_load(&widest); }

void ck_rest(void) { ck_team_rest(); }

static void run_alone(int64_t count, double work, void (*body)(void *context, int64_t index), void *context) {
  for (int64_t i = 0; i < count; i++) body(context, i);
  if (work >= CK_WORTHWHILE) ck_fence();  // less writes nothing past the caches
}

void ck_parallel(int64_t count, double work, void (*body)(void *context, int64_t index), void *context) {
  const int budget = ck_threads();
  if (count <= 1 || work < CK_WORTHWHILE || budget == 1) return run_alone(count, work, body, context);
  const int threads = budget - ck_busy_begin(false);
  int members = 1;
  if (threads <= 1 || serial_depth > 0 || atomic_flag_test_and_set_explicit(&team_taken, memory_order_acquire)) {
    run_alone(count, work, body, context);
  } else {
    serial_depth++;  // a loop inside the loop
    members =
        ck_team_run((ck_loop){.body = body, .context = context, .count = count, .threads = threads, .team = budget});
    serial_depth--;
    atomic_flag_clear_explicit(&team_taken, memory_order_release);
  }
  ck_busy_end(true);
  int before = atomic_load(&widest);
  while (members > before && !atomic_compare_exchange_weak(&widest, &before, members)) {}
}
