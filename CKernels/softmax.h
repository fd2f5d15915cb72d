// How a softmax is cut into tiles (softmax_tile.c), and what is done with those of a long axis (softmax_long.c).
#ifndef CK_SOFTMAX_H
#define CK_SOFTMAX_H

#include <stdatomic.h>

#include "drivers.h"

enum {
  CK_SOFTMAX_ROW = 16384,         // elements of a row whose softmax is computed in one go, in the second-level cache
  CK_SOFTMAX_BUFFER = 128 << 10,  // bytes of columns there, or of two rows on their way past the caches
  CK_SOFTMAX_NARROW = 64,         // the fewest columns that are read side by side while no thread is idle
  CK_SOFTMAX_TASKS = 16,          // into which a loop over whole rows is cut before it reads more of them
};

typedef struct {
  bool logarithm, copies;  // copies: a row, or what several passes read, has to be brought to its place in `out` first
  bool past;               // the result is larger than the caches, and written past them
  ck_dtype dtype;
  ck_softmax_blocks blocks;
  ck_axis axis;
  int64_t out_outer_stride, out_stride;
  int64_t tiles, parts;  // pieces of the inner dimension and of the axis, or of rows that stay in cache
  int64_t width;         // of a tile
  const char *in;
  char *out;
  ck_state states;    // of a long axis: one for each of outer * inner
  atomic_bool *fits;  // so far its columns are like their first elements
} ck_softmax_job;

// A tile of the input, or of the output that took its place, and of the output.
typedef struct {
  int64_t length, width, stride;
  const char *in;
  char *out;
  int64_t column;  // among outer * inner
  int64_t part;
} ck_softmax_tile;

static inline double ck_softmax_work(const ck_softmax_job *j) {
  return CK_SOFTMAX_COST * (double)j->axis.outer * (double)j->axis.length * (double)j->axis.inner;
}

ck_softmax_tile ck_softmax_tile_at(const ck_softmax_job *job, int64_t index);

// Copies the tile to where its rows lie `stride` apart, and goes on from there.
void ck_softmax_bring(const ck_softmax_job *job, ck_softmax_tile *tile, char *to, int64_t stride);

// At most so many columns in a tile, and fewer where that makes too few tasks; before threads are idle, as few as a line has. The
// axis is in `parts`.
void ck_softmax_cut(ck_softmax_job *job, int64_t most);

// Of an axis that does not stay in cache.
void ck_softmax_long(ck_softmax_job job);

#endif
