// Which threads are busy, so that callers beside one another do not make more runnable threads than the budget has: a team
// leaves a core to each, and so do the helpers of a backward pass.
#ifndef CK_BUSY_H
#define CK_BUSY_H

#include <stdbool.h>

// While more `begin`s than `end`s were called on a thread it is busy, and for a moment after the last `end` if it `lingers`:
// whoever has just run a loop goes on with something, though nothing here sees it. On Linux it stays busy after that moment for as
// long as it runs or waits for a core. Returns how many others are; if any are, the team goes to sleep. Waits for a core where the
// team or helpers of others have them all, see cores.h.
int ck_busy_begin(bool in_pass);
void ck_busy_end(bool lingers);

// While a thread belongs to the team: a loop that it begins inside a loop is no caller's.
void ck_busy_member(void);
void ck_busy_leave(void);

#endif
