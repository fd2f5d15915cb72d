#define _GNU_SOURCE
#include "busy.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cores.h"
#include "include/CKernels.h"
#include "team.h"

enum { MOST = 256, LINE = 128 };  // threads that are counted; bytes that two cores should not share
// In nanoseconds, as what follows. Where it is longer, a task that goes from thread to thread counts twice.
static const int64_t MOMENT = 1000 * 1000;
static const int64_t REST = 20 * 1000;  // how long the team may take to give up its cores
static const int64_t IN_LOOP = INT64_MAX - 1, IN_PASS = INT64_MAX;

// A thread's place, from its first loop to its end.
static struct {
  _Alignas(LINE) _Atomic int64_t until;  // until when it is busy; 0 if it is not, odd if it was seen asleep
  atomic_bool taken;
  atomic_int thread;  // as the system knows it
} places[MOST];
static atomic_int used;  // no place behind these was ever taken

static pthread_key_t leaving;
static pthread_once_t made = PTHREAD_ONCE_INIT;
static _Thread_local int own = -1, depth;

static void leave(void *place) {
  const intptr_t i = (intptr_t)place - 1;
  atomic_store(&places[i].until, 0);
  atomic_store(&places[i].taken, false);
}

static void make(void) { pthread_key_create(&leaving, leave); }

// Takes a place for this thread. Where there is none left it is not counted.
static void come(void) {
  pthread_once(&made, make);
  own = MOST;
  for (int i = 0; i < MOST && own == MOST; i++)
    if (!atomic_load_explicit(&places[i].taken, memory_order_relaxed) && !atomic_exchange(&places[i].taken, true))
      own = i;
  if (own == MOST) return;
#if defined(__linux__)
  atomic_store(&places[own].thread, gettid());
#endif
  pthread_setspecific(leaving, (void *)(intptr_t)(own + 1));
  int before = atomic_load(&used);
  while (before <= own && !atomic_compare_exchange_weak(&used, &before, own + 1)) {}
}

// Whether a thread runs or waits for a core, as the system says.
static bool is_runnable(int thread) {
#if defined(__linux__)
  char name[64], text[512];
  snprintf(name, sizeof name, "/proc/self/task/%d/stat", thread);
  const int file = open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  text[length > 0 ? length : 0] = 0;
  const char *end = strrchr(text, ')');  // of the thread's name; " R" follows
  return end && end[1] && end[2] == 'R';
#else
  (void)thread;
  return false;
#endif
}

// Whether the thread of a place is still busy when its time is over: one that had to give up its core goes on when it gets one, and
// one that waits for memory or a lock, as it is only asked for once in a moment, has another moment. To ask takes some microseconds.
static bool goes_on(int place, int64_t until, int64_t time) {
  if (until == 0) return false;
  const bool runs = is_runnable(atomic_load(&places[place].thread)), was_asleep = until & 1;
  const int64_t next = runs ? (time + MOMENT) & ~1 : was_asleep ? 0 : (time + MOMENT) | 1;
  atomic_compare_exchange_strong(&places[place].until, &until, next);
  return next != 0;
}

// How many other threads are busy; those in passes only `with_passes`.
static int others(bool with_passes) {
  const int count = atomic_load_explicit(&used, memory_order_acquire);
  if (count == 0 || (count == 1 && own == 0)) return 0;
  const int64_t time = ck_now();
  int busy = 0;
  for (int i = 0; i < count; i++) {
    const int64_t until = atomic_load(&places[i].until);
    if (i != own && (until > time || goes_on(i, until, time)) && (with_passes || until != IN_PASS)) busy++;
  }
  return busy;
}

static void mark(int64_t until) {
  if (own < MOST) atomic_store(&places[own].until, until);
}

int ck_busy_begin(bool in_pass) {
  if (__builtin_expect(own < 0, 0)) come();
  if (depth++ == 0) {
    mark(IN_LOOP);  // seen by the helpers of passes, which may have the core that it waits for
    ck_core_enter();
    if (in_pass) mark(IN_PASS);
    ck_work_begin();
  }
  const int busy = others(true);
  // The team must not wait for its next loop on a core that this thread or another one needs.
  if (busy > 0) ck_team_rest();
  return busy;
}

void ck_busy_end(bool lingers) {
  if (--depth > 0) return;
  ck_work_end();
  ck_core_exit();
  mark(lingers ? (ck_now() + MOMENT) & ~1 : 0);  // even: not seen asleep
}

void ck_busy_member(void) { depth++; }

void ck_busy_leave(void) { depth--; }

void ck_occupy_begin(void) { ck_busy_begin(true); }

void ck_occupy_end(bool lingers) { ck_busy_end(lingers); }

bool ck_help_begin(void) {
  bool has_core = ck_core_take();
  if (!has_core) {
    // Perhaps the team has them all and only waits for its next loop.
    ck_team_rest();
    for (const int64_t end = ck_now() + REST; !has_core && ck_now() < end;) has_core = ck_core_take();
  }
  if (!has_core) return false;
  if (__builtin_expect(own < 0, 0)) come();
  depth++;
  mark(IN_PASS);
  ck_work_begin();
  return true;
}

void ck_help_end(void) {
  ck_work_end();
  mark(0);
  depth--;
  ck_core_give();
}

int ck_busy_outside(void) { return others(false); }
