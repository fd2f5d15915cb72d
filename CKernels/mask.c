// Elements that a mask selects, side by side, and back: the mask is cut into blocks, whose numbers of true say where each
// block's elements begin.
#include "drivers.h"

typedef struct {
  size_t size;
  int64_t count, block;
  const uint8_t *mask;
  int64_t *starts;
  const char *in;
  char *out;
} job;

enum { PIECE = 512 };  // elements that are gathered in a small buffer at a time

static int64_t block_of(int64_t count) { return ck_most(ck_pieces(count, CK_MASK_BLOCKS), 4096); }

static void count_task(void *context, int64_t block) {
  const job *m = context;
  const int64_t first = block * m->block, end = ck_least(first + m->block, m->count);
  int64_t total = 0;
  for (int64_t i = first; i < end;) {
    const int64_t stop = ck_least(i + 255 * 16, end);
    int32_t some = 0;
    for (; i < stop; i++) some += m->mask[i] != 0;
    total += some;
  }
  m->starts[block + 1] = total;
}

int64_t ck_mask_starts(int64_t count, const uint8_t *mask, int64_t *starts) {
  job m = {.count = count, .block = block_of(count), .mask = mask, .starts = starts};
  const int64_t blocks = ck_pieces(count, m.block);
  ck_parallel(blocks, 0.1 * (double)count, count_task, &m);
  starts[0] = 0;
  for (int64_t b = 0; b < blocks; b++) starts[b + 1] += starts[b];
  return starts[blocks];
}

// Every element is written, and the next one over it where it was not selected: no branch that could be guessed wrong.
#define CK_COMPRESS(element)                                                                    \
  {                                                                                             \
    element chosen[PIECE + 1];                                                                  \
    const element *x = (const element *)m->in;                                                  \
    element *y = (element *)m->out + m->starts[block];                                          \
    for (int64_t i = first; i < end;) {                                                         \
      const int64_t stop = ck_least(i + PIECE, end);                                            \
      int64_t taken = 0;                                                                        \
      for (; i < stop; i++) chosen[taken] = x[i], taken += m->mask[i] != 0;                     \
      memcpy(y, chosen, (size_t)taken * sizeof(element));                                       \
      y += taken;                                                                               \
    }                                                                                           \
    return;                                                                                     \
  }

static void compress_task(void *context, int64_t block) {
  const job *m = context;
  const int64_t first = block * m->block, end = ck_least(first + m->block, m->count);
  switch (m->size) {
  case 1: CK_COMPRESS(uint8_t)
  case 2: CK_COMPRESS(uint16_t)
  case 4: CK_COMPRESS(uint32_t)
  default: CK_COMPRESS(uint64_t)
  }
}

void ck_compress(ck_dtype dtype, int64_t count, const uint8_t *mask, const int64_t *starts, const void *in, void *out) {
  job m = {ck_size(dtype), count, block_of(count), mask, (int64_t *)starts, in, out};
  ck_parallel(ck_pieces(count, m.block), 0.6 * (double)count, compress_task, &m);
}

#define CK_SPREAD(element)                                                                      \
  {                                                                                             \
    const element *x = (const element *)m->in + m->starts[block];                               \
    element *y = (element *)m->out;                                                             \
    for (int64_t i = first, taken = 0; i < end; i++) {                                          \
      const bool chosen = m->mask[i] != 0;                                                      \
      y[i] = chosen ? x[ck_least(taken, last)] : 0;                                             \
      taken += chosen;                                                                          \
    }                                                                                           \
    return;                                                                                     \
  }

static void spread_task(void *context, int64_t block) {
  const job *m = context;
  const int64_t first = block * m->block, end = ck_least(first + m->block, m->count);
  // Never past the last element of the block, whether it is used or not.
  const int64_t last = m->starts[block + 1] - m->starts[block] - 1;
  if (last < 0) {
    memset(m->out + first * (int64_t)m->size, 0, (size_t)(end - first) * m->size);
    return;
  }
  switch (m->size) {
  case 1: CK_SPREAD(uint8_t)
  case 2: CK_SPREAD(uint16_t)
  case 4: CK_SPREAD(uint32_t)
  default: CK_SPREAD(uint64_t)
  }
}

void ck_spread(ck_dtype dtype, int64_t count, const uint8_t *mask, const int64_t *starts, const void *in, void *out) {
  job m = {ck_size(dtype), count, block_of(count), mask, (int64_t *)starts, in, out};
  ck_parallel(ck_pieces(count, m.block), 0.6 * (double)count, spread_task, &m);
}
