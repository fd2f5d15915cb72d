// The only parallel loop. Everything that runs on several threads goes through ck_parallel, which opens an OpenMP region
// with one team size (a change of size costs 40 µs), or on systems without OpenMP asks Dispatch.
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif
#if !defined(_OPENMP)
#include <dispatch/dispatch.h>
#endif

#include "include/CKernels.h"

// A loop that takes less than this on one thread stays there: a hot team costs about 1 µs to start and to join, its threads
// find their share of the data in another core's cache, and the end waits for the last of them, however late the system lets
// it run. Adding 64Ki float32 (14 µs by the estimate, 6 in cache) takes 4.6 µs on four quiet cores and many times that on
// busy ones.
static const double worthwhile = 20000;  // nanoseconds

static atomic_int budget, widest = 1;
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
  int threads = atomic_load_explicit(&budget, memory_order_relaxed);
  if (__builtin_expect(threads == 0, 0)) {
    const char *wish = getenv("CUSP_THREADS");
    threads = wish ? atoi(wish) : 0;
    if (threads <= 0) threads = cores();
    int unset = 0;
    if (atomic_compare_exchange_strong(&budget, &unset, threads)) {
      // Read by libomp at its first region: keep spare threads with the team, and let the team spin for a millisecond after
      // a loop, not for 200: longer than the gap between two operations, and no rival to the workers of a backward pass.
      setenv("KMP_HOT_TEAMS_MODE", "1", 0);
      setenv("KMP_BLOCKTIME", "1", 0);
    } else {
      threads = unset;
    }
  }
  return threads;
}

void ck_set_threads(int threads) {
  ck_threads();  // prepares libomp, once
  atomic_store(&budget, threads < 1 ? 1 : threads);
}

void ck_serial_begin(void) { serial_depth++; }
void ck_serial_end(void) { serial_depth--; }
int ck_widest_team(void) { return atomic_load(&widest); }

typedef struct {
  int64_t count, chunk;
  _Atomic int64_t next;
  atomic_int members;
  void (*body)(void *, int64_t);
  void *context;
} loop;

// One thread's part: chunks of the loop until none is left. A thread that wakes late finds less to do.
static void take_part(loop *l) {
  bool counted = false;
  serial_depth++;
  for (;;) {
    int64_t first = atomic_fetch_add_explicit(&l->next, l->chunk, memory_order_relaxed);
    if (first >= l->count) break;
    if (!counted) atomic_fetch_add_explicit(&l->members, 1, memory_order_relaxed), counted = true;
    int64_t end = first + l->chunk < l->count ? first + l->chunk : l->count;
    for (int64_t i = first; i < end; i++) l->body(l->context, i);
  }
  serial_depth--;
}

#if !defined(_OPENMP)
static void take_part_dispatch(void *l, size_t i) { take_part(l); }
#endif

void ck_parallel(int64_t count, double work, void (*body)(void *context, int64_t index), void *context) {
  int threads = ck_threads();
  if (count <= 1 || work < worthwhile || threads == 1 || serial_depth > 0 ||
      atomic_flag_test_and_set_explicit(&team_taken, memory_order_acquire)) {
    for (int64_t i = 0; i < count; i++) body(context, i);
    return;
  }
  int64_t chunk = count / (threads * 8);
  loop l = {.count = count, .chunk = chunk < 1 ? 1 : chunk, .body = body, .context = context};
#if defined(_OPENMP)
#pragma omp parallel num_threads(threads)
  take_part(&l);
#else
  dispatch_apply_f((size_t)threads, DISPATCH_APPLY_AUTO, &l, take_part_dispatch);
#endif
  atomic_flag_clear_explicit(&team_taken, memory_order_release);
  int members = atomic_load(&l.members), before = atomic_load(&widest);
  while (members > before && !atomic_compare_exchange_weak(&widest, &before, members)) {
  }
}
