#include "cores.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "include/CKernels.h"

// Who has a core, in one word, so that each change sees all of it.
static const uint64_t CALLER = 1, HELPER = 1 << 20, WAITING = (uint64_t)1 << 40, MASK = (1 << 20) - 1;
enum { LINE = 128 };  // bytes that two cores should not share
static _Alignas(LINE) _Atomic uint64_t cores;

static struct {
  // How many callers wait. The team looks at this between pieces; each loop would take the word above from its caches.
  _Alignas(LINE) atomic_int callers;
  pthread_mutex_t lock;
  pthread_cond_t freed;
  atomic_uint given;  // how many times a helper has given its core back
  // `given` + 1, when a caller had waited for the next one in vain: nobody waits for that one again.
  atomic_uint missed;
} waiting = {.lock = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER};

// In nanoseconds: longer than any piece or node of ours, however busy the cores are. It is a foreign function, a hook say, which
// may itself wait for the caller.
static const long PATIENCE = 50 * 1000 * 1000;

static int callers(uint64_t word) { return (int)(word & MASK); }
static int helpers(uint64_t word) { return (int)(word >> 20 & MASK); }
static int waiters(uint64_t word) { return (int)(word >> 40); }

// Whether one more caller makes no more threads than the budget has, or than there are callers.
static bool admits(uint64_t word) { return helpers(word) == 0 || callers(word) + helpers(word) < ck_threads(); }

// Tells one who waits, or all if nothing holds them back any more, that a core is free in `word`.
static void tell(uint64_t word) {
  if (waiters(word) == 0) return;
  pthread_mutex_lock(&waiting.lock);
  if (helpers(word) == 0) pthread_cond_broadcast(&waiting.freed);
  else pthread_cond_signal(&waiting.freed);
  pthread_mutex_unlock(&waiting.lock);
}

static void wait_for_core(void) {
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_nsec += PATIENCE;
  end.tv_sec += end.tv_nsec / 1000000000;
  end.tv_nsec %= 1000000000;
  pthread_mutex_lock(&waiting.lock);
  atomic_fetch_add(&waiting.callers, 1);
  uint64_t now = atomic_fetch_add(&cores, WAITING) + WAITING;
  for (bool late = false;; now = atomic_load(&cores)) {
    while (late || admits(now))
      if (atomic_compare_exchange_weak(&cores, &now, now - WAITING + CALLER)) {
        atomic_fetch_sub(&waiting.callers, 1);
        pthread_mutex_unlock(&waiting.lock);
        return;
      }
    late = pthread_cond_timedwait(&waiting.freed, &waiting.lock, &end) == ETIMEDOUT;
    if (late) atomic_store(&waiting.missed, atomic_load(&waiting.given) + 1);
  }
}

void ck_core_enter(void) {
  uint64_t now = atomic_load(&cores);
  while (admits(now) || atomic_load(&waiting.missed) == atomic_load(&waiting.given) + 1)
    if (atomic_compare_exchange_weak(&cores, &now, now + CALLER)) return;
  wait_for_core();
}

void ck_core_exit(void) { tell(atomic_fetch_sub(&cores, CALLER) - CALLER); }

bool ck_core_take(void) {
  uint64_t now = atomic_load(&cores);
  do
    if (callers(now) + helpers(now) + waiters(now) >= ck_threads()) return false;
  while (!atomic_compare_exchange_weak(&cores, &now, now + HELPER));
  return true;
}

void ck_core_give(void) {
  atomic_fetch_add(&waiting.given, 1);
  tell(atomic_fetch_sub(&cores, HELPER) - HELPER);
}

// Whether one who waits could have the core of a helper.
static bool wants(uint64_t word) {
  return waiters(word) > 0 && callers(word) + helpers(word) + waiters(word) > ck_threads();
}

bool ck_core_wanted(void) {
  return atomic_load_explicit(&waiting.callers, memory_order_relaxed) > 0 && wants(atomic_load(&cores));
}

bool ck_core_yield(void) {
  if (!ck_core_wanted()) return false;
  uint64_t now = atomic_load_explicit(&cores, memory_order_relaxed);
  do
    if (!wants(now)) return false;
  while (!atomic_compare_exchange_weak(&cores, &now, now - HELPER));
  atomic_fetch_add(&waiting.given, 1);
  tell(now - HELPER);
  return true;
}

static atomic_bool counts;
static atomic_int at_work, most;

void ck_work_begin(void) {
  if (!atomic_load_explicit(&counts, memory_order_relaxed)) return;
  const int now = atomic_fetch_add(&at_work, 1) + 1;
  int before = atomic_load(&most);
  while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) {}
}

void ck_work_end(void) {
  if (atomic_load_explicit(&counts, memory_order_relaxed)) atomic_fetch_sub(&at_work, 1);
}

void ck_count_at_work(void) { atomic_store(&counts, true); }

int ck_most_at_work(void) { return atomic_load(&most); }
