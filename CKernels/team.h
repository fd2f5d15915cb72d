// The threads beside the caller that loops are shared with (team.c), as parallel.c uses them.
#ifndef CK_TEAM_H
#define CK_TEAM_H

#include <stdint.h>

typedef struct {
  void (*body)(void *context, int64_t index);
  void *context;
  int64_t count;  // body(context, i) for every i in 0 ..< count
  int threads;    // at most so many, the caller among them
  int team;       // and so many when nobody else is busy: the team keeps that size
} ck_loop;

// What the thread has written past the caches is seen by whoever hears from it afterwards. It waits for memory: once after a loop.
static inline void ck_fence(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

// Runs the loop on the caller and on those of the team that come, and returns when every index is done: it waits for no
// thread that has taken nothing. One loop at a time. Returns how many threads had a part.
int ck_team_run(ck_loop loop);

// Nanoseconds of a clock that only goes forward.
int64_t ck_now(void);

// Sends the threads that wait for the next loop to sleep at once.
void ck_team_rest(void);

#endif
