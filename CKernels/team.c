// The team: OpenMP's threads, held in one region for as long as the process lives.
//
// A region for each loop would end only when its last thread has come, however late the system lets it run and though
// nothing is left for it to do; on busy cores that makes a loop of 10 µs one of several milliseconds. So a leader opens one
// region whose threads take pieces of whatever loop is posted. The caller works too and waits only for pieces that somebody
// has begun.
#define _GNU_SOURCE
#include "team.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#if !defined(_OPENMP) && __has_include(<dispatch/dispatch.h>)
#include <dispatch/dispatch.h>
#endif

#include "busy.h"
#include "cores.h"
#include "include/CKernels.h"

// Swift's clang has no omp.h.
int omp_get_thread_num(void);
int omp_get_num_threads(void);

#if defined(__x86_64__)
#define RELAX() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define RELAX() __asm__ volatile("yield")
#else
#define RELAX() ((void)0)
#endif

enum {
  LINE = 128,              // bytes that two cores should not share
  MOST = 1023,             // threads
  RELAXED_SPINS = 64,      // looks at the posted loop between two looks at the clock
  EAGER = 20 * 1000,       // nanoseconds that a thread waits without giving way to others
  PATIENCE = 1000 * 1000,  // and until it sleeps: longer than the gap between two operations
};

// The posted loop. Each thread has a range of its pieces, the same part of the data in loop after loop, which so stays in its
// core's cache; who has done his own helps the others. Where a range stands is one word, the loop's number and the next and the
// last piece: taking a piece replaces the word, which fails if meanwhile another loop was posted, so what was read of the loop
// before that is right.
typedef struct {
  _Alignas(LINE) _Atomic uint64_t place;  // number << 32 | next << 16 | end
} range;
static range ranges[MOST + 1];  // of the caller, then of the team

static struct {
  _Alignas(LINE) _Atomic(void (*)(void *, int64_t)) body;
  _Atomic(void *) context;
  _Atomic int64_t count, piece;
  atomic_int threads;
  _Alignas(LINE) _Atomic uint32_t done;  // pieces that members of the team have finished
  atomic_int members;                    // threads of the team that have taken a piece
} posted;

static struct {
  pthread_mutex_t lock;
  atomic_int sleeping;
  int size;                // threads that were asked for; written by whoever runs a loop
  atomic_int serving;      // and those that have come
  atomic_uint rest_asked;  // how many times
} team = {.lock = PTHREAD_MUTEX_INITIALIZER};

// Each member sleeps by itself, so that only those wake that have a part and a core. It has one, of the budget's, from when it is
// called until it sleeps again.
static struct {
  _Alignas(LINE) pthread_cond_t called;
  bool asleep;  // guarded by the team's lock
} members[MOST + 1];

int64_t ck_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * (int64_t)1000000000 + t.tv_nsec;
}

// true iff the range at `place` has a piece left.
static bool offers(uint64_t place) { return (place >> 16 & 0xffff) < (place & 0xffff); }

// Wakes the first sleeping member that the loop has a part for, if there is a core for it; that one wakes the next.
static void wake_one(void) {
  if (atomic_load(&team.sleeping) == 0) return;
  const int threads = atomic_load_explicit(&posted.threads, memory_order_relaxed);
  pthread_mutex_lock(&team.lock);
  int member = 1;
  while (member < threads && !members[member].asleep) member++;
  const bool wakes = member < threads && ck_core_take();
  if (wakes) {
    members[member].asleep = false;
    atomic_fetch_sub(&team.sleeping, 1);
  }
  pthread_mutex_unlock(&team.lock);
  if (wakes) pthread_cond_signal(&members[member].called);
}

// Takes pieces of a range until none is left, or a caller needs the core. `taken`: how many this thread has taken of the loop so
// far.
static uint32_t take_from(range *range, int member, uint32_t taken) {
  uint64_t place = atomic_load_explicit(&range->place, memory_order_acquire);
  while (offers(place) && !(member > 0 && ck_core_wanted())) {
    const uint64_t offered = place;
    if (member >= atomic_load_explicit(&posted.threads, memory_order_relaxed)) return taken;
    void (*const body)(void *, int64_t) = atomic_load_explicit(&posted.body, memory_order_relaxed);
    void *const context = atomic_load_explicit(&posted.context, memory_order_relaxed);
    const int64_t piece = atomic_load_explicit(&posted.piece, memory_order_relaxed);
    const int64_t count = atomic_load_explicit(&posted.count, memory_order_relaxed);
    if (!atomic_compare_exchange_weak_explicit(&range->place, &place, offered + (1 << 16), memory_order_acq_rel,
                                               memory_order_acquire))
      continue;
    if (member > 0 && taken == 0) {
      atomic_fetch_add_explicit(&posted.members, 1, memory_order_relaxed);
      ck_work_begin();
      wake_one();
    }
    const int64_t first = (int64_t)(offered >> 16 & 0xffff) * piece;
    const int64_t end = first + piece < count ? first + piece : count;
    for (int64_t i = first; i < end; i++) body(context, i);
    taken++;
    place = atomic_load_explicit(&range->place, memory_order_acquire);
  }
  return taken;
}

// Takes pieces until none is left, its own first; how many it took. `member` 0 is the caller.
static uint32_t take_pieces(int member) {
  uint32_t taken = take_from(&ranges[member], member, 0);
  const int threads = atomic_load_explicit(&posted.threads, memory_order_relaxed);
  for (int i = 1; i < threads; i++) taken = take_from(&ranges[(member + i) % threads], member, taken);
  if (taken > 0) ck_fence();
  if (member > 0 && taken > 0) {
    ck_work_end();
    atomic_fetch_add_explicit(&posted.done, taken, memory_order_release);
  }
  return taken;
}

#if defined(_OPENMP)
// Readies a member for sleep, who gives back its core if it has one. `seen`: where its range stood; where that has changed since,
// one who has a core stays awake.
static void lie_down(int member, uint64_t seen, bool has_core) {
  pthread_mutex_lock(&team.lock);
  members[member].asleep = true;
  atomic_fetch_add(&team.sleeping, 1);
  if (has_core && atomic_load(&ranges[member].place) != seen) {
    members[member].asleep = false;
    atomic_fetch_sub(&team.sleeping, 1);
  } else if (has_core) {
    ck_core_give();
  }
  pthread_mutex_unlock(&team.lock);
}

// Sleeps until somebody calls the member, who has taken a core for it.
static void sleep_until_called(int member) {
  pthread_mutex_lock(&team.lock);
  while (members[member].asleep) pthread_cond_wait(&members[member].called, &team.lock);
  pthread_mutex_unlock(&team.lock);
}

// Waits a while for the next loop; false when it is time to sleep, as whom the last loop left out does at once.
static bool wait_for_loop(int member, uint64_t seen) {
  const unsigned rest = atomic_load_explicit(&team.rest_asked, memory_order_relaxed);
  const int64_t start = ck_now();
  int64_t waited = 0;
  while (waited < PATIENCE && member < atomic_load_explicit(&posted.threads, memory_order_relaxed) &&
         !ck_core_wanted() && atomic_load_explicit(&team.rest_asked, memory_order_relaxed) == rest) {
    for (int i = 0; i < RELAXED_SPINS; i++) {
      if (atomic_load_explicit(&ranges[member].place, memory_order_relaxed) != seen) return true;
      RELAX();
    }
    waited = ck_now() - start;
    if (waited > EAGER) sched_yield();
  }
  return false;
}

// The life of a thread of the team, which begins with a core: takes part in loops, waits a while for the next, sleeps.
static void serve(int member) {
  ck_busy_member();
  pthread_cond_init(&members[member].called, NULL);
  lie_down(member, 0, true);
  atomic_fetch_add(&team.serving, 1);
  for (;;) {
    sleep_until_called(member);
    uint64_t seen;
    bool has_core;
    do {
      take_pieces(member);
      has_core = !ck_core_yield();
      seen = atomic_load_explicit(&ranges[member].place, memory_order_acquire);
    } while (has_core && ((offers(seen) && member < atomic_load_explicit(&posted.threads, memory_order_relaxed)) ||
                          wait_for_loop(member, seen)));
    lie_down(member, seen, has_core);
  }
}

// Opens a region of `threads >> 16` threads, whose first has the number of the lower bits.
static void *lead(void *threads) {
  const int size = (int)((uintptr_t)threads >> 16), first = (int)((uintptr_t)threads & 0xffff);
#pragma omp parallel num_threads(size)
  {
    if (omp_get_thread_num() == 0)
      for (int i = omp_get_num_threads(); i < size; i++) ck_core_give();  // of those that libomp did not make
    serve(first + omp_get_thread_num());
  }
  return NULL;
}

// Waits, not for ever, until all threads have come. A process must not end while libomp makes a team: its own end would take
// away what it is working on.
static void settle(void) {
  for (int64_t start = ck_now(); atomic_load(&team.serving) != team.size && ck_now() - start < 200 * PATIENCE;)
    sched_yield();
}

// Has the team at least that many threads, as far as there are cores for new ones. Regions stay as they are, since libomp may crash
// where one changes its size: for more threads there is one more leader, who makes them. Those that a loop has no part for sleep.
static void gather(int threads) {
  if (threads > MOST) threads = MOST;
  const int size = team.size;
  int more = 0;
  while (size + more < threads && ck_core_take()) more++;
  if (more == 0) return;
  team.size += more;
  sigset_t all, before;  // signals are for the program's own threads
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t leader;
  void *const wanted = (void *)((uintptr_t)more << 16 | (uintptr_t)(size + 1));
  if (pthread_create(&leader, NULL, lead, wanted) == 0) pthread_detach(leader);
  else  // callers work alone
    while (more-- > 0) ck_core_give();
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  settle();
  if (size == 0) atexit(settle);  // after libomp's own, and so called before it
}

// Waits for the pieces that the team has begun.
static void wait_for(uint32_t pieces) {
  for (int spins = 0; atomic_load_explicit(&posted.done, memory_order_acquire) != pieces; spins++) {
    RELAX();
    if (spins > 1000) sched_yield();  // whoever has the piece may be waiting for this core
  }
}
#elif __has_include(<dispatch/dispatch.h>)
static void take_part(__attribute__((unused)) void *unused, size_t member) {
  if (!ck_core_take()) return;
  ck_busy_member();
  take_pieces((int)member + 1);
  ck_busy_leave();
  ck_core_give();
}
#endif

// Posts the ranges of `pieces`, as even as can be.
static void post(uint32_t pieces, uint32_t threads) {
  static uint64_t number;
  number++;
  // Those of the team first, which have the longer way.
  for (uint32_t i = threads; i-- > 0;) {
    const uint64_t next = pieces * i / threads, end = pieces * (i + 1) / threads;
    atomic_store(&ranges[i].place, number << 32 | next << 16 | end);
  }
}

int ck_team_run(ck_loop loop) {
  if (loop.threads > MOST + 1) loop.threads = MOST + 1;
  int64_t piece = loop.count / (loop.threads * CK_PIECES_PER_THREAD);
  if (piece < 1) piece = 1;
  const uint32_t pieces = (uint32_t)((loop.count + piece - 1) / piece);
  atomic_store_explicit(&posted.body, loop.body, memory_order_relaxed);
  atomic_store_explicit(&posted.context, loop.context, memory_order_relaxed);
  atomic_store_explicit(&posted.count, loop.count, memory_order_relaxed);
  atomic_store_explicit(&posted.piece, piece, memory_order_relaxed);
  atomic_store_explicit(&posted.threads, loop.threads, memory_order_relaxed);
  atomic_store_explicit(&posted.done, 0, memory_order_relaxed);
  atomic_store_explicit(&posted.members, 0, memory_order_relaxed);
#if defined(_OPENMP)
  gather(loop.team - 1);
  post(pieces, (uint32_t)loop.threads);
  wake_one();
  const uint32_t own = take_pieces(0);
  wait_for(pieces - own);
#elif __has_include(<dispatch/dispatch.h>)
  post(pieces, (uint32_t)loop.threads);
  dispatch_apply_f((size_t)loop.threads - 1, DISPATCH_APPLY_AUTO, NULL, take_part);
  take_pieces(0);
#else
  post(pieces, (uint32_t)loop.threads);
  take_pieces(0);
#endif
  return 1 + atomic_load_explicit(&posted.members, memory_order_relaxed);
}

void ck_team_rest(void) { atomic_fetch_add(&team.rest_asked, 1); }
