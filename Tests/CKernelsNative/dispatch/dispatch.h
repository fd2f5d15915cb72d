// The one function of Dispatch that CKernels uses where there is no OpenMP, on plain threads: for the aarch64 build, as
// Debian has no OpenMP runtime of clang's for another processor than its own.
#ifndef CK_NATIVE_DISPATCH_H
#define CK_NATIVE_DISPATCH_H

#include <pthread.h>
#include <stddef.h>

#define DISPATCH_APPLY_AUTO NULL

typedef struct {
  void (*work)(void *, size_t);
  void *context;
  size_t index;
} dispatch_part;

static inline void *dispatch_run_part(void *part) {
  dispatch_part *p = part;
  p->work(p->context, p->index);
  return NULL;
}

static inline void dispatch_apply_f(size_t count, void *queue, void *context, void (*work)(void *, size_t)) {
  (void)queue;
  dispatch_part parts[64];
  pthread_t threads[64];
  for (size_t first = 0; first < count; first += 64) {
    size_t many = count - first < 64 ? count - first : 64, started = 0;
    for (size_t i = 0; i < many; i++) parts[i] = (dispatch_part){work, context, first + i};
    while (started < many && pthread_create(&threads[started], NULL, dispatch_run_part, &parts[started]) == 0) started++;
    for (size_t i = started; i < many; i++) dispatch_run_part(&parts[i]);
    for (size_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  }
}

#endif
