// What reduce.c and softmax.c share: how an axis is cut, and its states before the last step.
#ifndef CK_AXIS_H
#define CK_AXIS_H

#include "table.h"

enum { CK_STATES = 4096 };  // states that a driver keeps on its stack

// Where piece i starts, of a range that is cut into `pieces` equal ones.
static inline int64_t ck_cut(int64_t count, int64_t pieces, int64_t i) {
  return (int64_t)((__int128)count * i / pieces);
}

static inline int64_t ck_pieces(int64_t count, int64_t most) { return (count + most - 1) / most; }

static inline const char *ck_at(const void *p, ck_dtype dtype, int64_t element) {
  return (const char *)p + element * (int64_t)ck_size(dtype);
}

// log_sum_exp's states of outer * inner <= CK_STATES columns, in order. `states` has room for CK_STATES.
void ck_log_sum_exp_states(ck_dtype dtype, ck_axis axis, const void *in, ck_state states);

// n elements of 4 or 8 bytes, from `stride` elements apart to side by side.
void ck_gather(size_t size, int64_t n, void *out, const void *in, int64_t stride);

#endif
