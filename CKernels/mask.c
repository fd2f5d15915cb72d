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
  int64_t (*count_chosen)(int64_t n, const uint8_t *mask);
  ck_select select;
} job;

static int64_t block_of(int64_t count) { return ck_most(ck_pieces(count, CK_MASK_BLOCKS), 4096); }

static void count_task(void *context, int64_t block) {
  const job *m = context;
  const int64_t first = block * m->block, end = ck_least(first + m->block, m->count);
  m->starts[block + 1] = m->count_chosen(end - first, m->mask + first);
}

int64_t ck_mask_starts(int64_t count, const uint8_t *mask, int64_t *starts) {
  job m = {.count = count, .block = block_of(count), .mask = mask, .starts = starts};
  m.count_chosen = ck_kernels()->blocks.count_chosen;
  const int64_t blocks = ck_pieces(count, m.block);
  ck_parallel(blocks, 0.1 * (double)count, count_task, &m);
  starts[0] = 0;
  for (int64_t b = 0; b < blocks; b++) starts[b + 1] += starts[b];
  return starts[blocks];
}

static void compress_task(void *context, int64_t block) {
  const job *m = context;
  const int64_t first = block * m->block, size = (int64_t)m->size, start = m->starts[block];
  m->select(ck_least(m->block, m->count - first), m->mask + first, m->starts[block + 1] - start, m->in + first * size,
            m->out + start * size);
}

void ck_compress(ck_dtype dtype, int64_t count, const uint8_t *mask, const int64_t *starts, const void *in, void *out) {
  job m = {ck_size(dtype), count, block_of(count), mask, (int64_t *)starts, in, out};
  m.select = ck_kernels()->blocks.compress[__builtin_ctzll(m.size)];
  ck_parallel(ck_pieces(count, m.block), 0.6 * (double)count, compress_task, &m);
}

static void spread_task(void *context, int64_t block) {
  const job *m = context;
  const int64_t first = block * m->block, size = (int64_t)m->size, start = m->starts[block];
  m->select(ck_least(m->block, m->count - first), m->mask + first, m->starts[block + 1] - start, m->in + start * size,
            m->out + first * size);
}

void ck_spread(ck_dtype dtype, int64_t count, const uint8_t *mask, const int64_t *starts, const void *in, void *out) {
  job m = {ck_size(dtype), count, block_of(count), mask, (int64_t *)starts, in, out};
  m.select = ck_kernels()->blocks.spread[__builtin_ctzll(m.size)];
  ck_parallel(ck_pieces(count, m.block), 0.6 * (double)count, spread_task, &m);
}
