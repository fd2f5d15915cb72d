// Random fills: any piece of one can be computed from its position alone.
#include "drivers.h"

typedef struct {
  ck_fill fill;
  ck_dtype dtype;
  uint64_t seed, stream;
  int64_t count;
  void *out;
} job;

enum { PIECE = 8192 };  // a multiple of CK_RANDOM_BLOCK

static void fill_task(void *context, int64_t index) {
  const job *j = context;
  int64_t first = index * PIECE, count = j->count - first < PIECE ? j->count - first : PIECE;
  j->fill(j->seed, j->stream, (uint64_t)first, count, (char *)ck_at(j->out, j->dtype, first));
}

void ck_random(ck_distribution distribution, ck_dtype dtype, uint64_t seed, uint64_t stream, int64_t count, void *out) {
  if (count <= 0) return;
  job j = {ck_kernels()->blocks.random[distribution][dtype], dtype, seed, stream, count, out};
  ck_parallel(ck_pieces(count, PIECE), (distribution == CK_UNIFORM ? 0.8 : 1.5) * (double)count, fill_task, &j);
}
