// The cores of the budget, as many as it has threads, and who has one now. Callers are the program's own threads and have theirs
// in any case; the team and the helpers of backward passes have what callers leave.
#ifndef CK_CORES_H
#define CK_CORES_H

#include <stdbool.h>

// For a caller. Where the team or helpers have so many cores that there would be more threads than the budget has, it sleeps
// until one of them has given its own back, which those do at the end of a piece or a node; but not for long if that one is held
// up by something else.
void ck_core_enter(void);
void ck_core_exit(void);

// For a thread of the team or a helper, called by itself or, before it wakes, by the one who calls it; false iff none is left.
bool ck_core_take(void);
void ck_core_give(void);
// Whether a caller waits for a core of the team or of a helper.
bool ck_core_wanted(void);
// Gives the core back if it still is; whether it did.
bool ck_core_yield(void);

// Around what a thread does with its core: for ck_most_at_work, which counts apart from what is above.
void ck_work_begin(void);
void ck_work_end(void);

#endif
