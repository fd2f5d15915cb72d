// How a matrix product is shared among threads. It changes no bit of the result: whatever the cut, each element is the same chain
// of multiply-adds.
#include "matmul.h"

// What is weighed, in nanoseconds for each float32 (each float64 takes twice that), measured on four cores of Zen 3.
static const double MULTIPLY = 0.02;     // one multiply-add
static const double PACK_ROW = 0.2;      // an element of a, packed on the stack
static const double PACK_COLUMN = 0.35;  // an element of b
static const double KEEP_COLUMN = 0.2;   // and on the way, while the first strip of a reads it
static const double PACK_SHARED = 1;     // an element of b that several threads have read before: of each core
static const double READ_SHARED = 0.03;  // and brought into the core's own cache
static const double BARRIER = 3000;      // the packing ends before the rest begins
static const double WAITING = 0.5;       // of a task: how long threads wait for the last one
enum {
  SMALL = 128,             // of m, n and k, or as many multiply-adds: a product of float32 that is not worth packing
  SMALL_STRIDE = 1024,     // bytes from row to row, so that a matrix does not fall into few sets of a cache
  PLAIN_ROWS = 256 << 10,  // bytes of rows of a that a task reads where they lie, from a second-level cache
  PLAIN_STRIDE = 4096,     // of such rows
  FEW_PANELS = 2,          // of columns, for which rows are read where they lie however many and far apart
  NEAR_COLUMNS = 3072,     // and of b where tasks read it: of rows further apart, few fit into a cache at a time
  TASKS_PER_THREAD = 16,
  MOST_NARROW = 16,        // rows or columns of a product that may be turned
};

typedef struct {
  double time;
  int64_t down, across;
  ck_way rows_by, columns_by;
} cut;

static int64_t panel_depth(const ck_matmul_job *j) { return ck_least(j->k, CK_PANEL); }
static bool is_near(const ck_matmul_job *j, int64_t stride, int64_t most) {
  return (stride < 0 ? -stride : stride) * j->size <= most;
}

// Operands that can be read where they lie.
static bool has_plain_rows(const ck_matmul_job *j) { return j->a.column_stride == 1 && j->m >= j->tile->rows; }
static bool has_plain_columns(const ck_matmul_job *j) { return j->b.column_stride == 1 && j->n >= j->tile->columns; }

static bool is_small(const ck_matmul_job *j) {
  return (double)j->size / 4 * (double)j->m * (double)j->n * (double)j->k <= SMALL * SMALL * SMALL;
}

// Estimates how long a cut takes: at the end, a part of a task is waited for.
static void weigh(const ck_matmul_job *j, int threads, cut c, cut *best) {
  const int64_t height = j->tile->rows, width = j->tile->columns;
  const double rows = (double)ck_padded(j->m, height) / (double)c.down, k = (double)j->k;
  const double columns = (double)ck_padded(j->n, width) / (double)c.across;
  double task = MULTIPLY * rows * columns * k, before = 0;
  if (c.rows_by == CK_OWN) task += PACK_ROW * rows * k;
  if (c.columns_by == CK_SHARED) {
    double packed = (double)(j->shares_b ? 1 : j->batches) * (double)j->n * k;
    before = threads > 1 ? BARRIER + PACK_SHARED * packed / threads : PACK_COLUMN * packed;
    task += READ_SHARED * columns * k;
  } else {
    task += (c.columns_by == CK_PLAIN ? KEEP_COLUMN : PACK_COLUMN) * columns * k;
  }
  c.time = before + task * ((double)ck_pieces(j->batches * c.down * c.across, threads) + (threads > 1 ? WAITING : 0));
  if (best->time == 0 || c.time < best->time) *best = c;
}

// Weighs the cuts into about `tasks` equal tasks.
static void weigh_cuts(const ck_matmul_job *j, int threads, int64_t tasks, cut *best) {
  const int64_t height = j->tile->rows, width = j->tile->columns, k = panel_depth(j) * j->size;
  const int64_t strips = ck_pieces(j->m, height), panels = ck_pieces(j->n, width);
  const int64_t least_down = ck_pieces(strips, ck_most(CK_OWN_ROWS / k / height, 1));
  const ck_way columns_by = has_plain_columns(j) && is_near(j, j->b.row_stride, NEAR_COLUMNS) ? CK_PLAIN : CK_OWN;
  const int64_t least_across = columns_by == CK_PLAIN ? 1 : ck_pieces(panels, ck_most(CK_OWN_COLUMNS / k / width, 1));
  // One thread that packs them does it for all columns; for a few, they are read once or twice wherever they are.
  const int64_t most_stride = threads > 1 ? PLAIN_STRIDE : SMALL_STRIDE;
  const bool few = panels <= FEW_PANELS, may_be_plain = has_plain_rows(j) && (few || is_near(j, j->a.row_stride, most_stride));
  for (int64_t down = 1; down < 2 * ck_least(strips, tasks); down *= 2) {
    const int64_t across = ck_most(ck_least(ck_pieces(tasks, down), panels), least_across);
    cut c = {0, ck_least(down, strips), across, CK_PLAIN, columns_by};
    if (may_be_plain && (few || ck_pieces(strips, c.down) * height * k <= PLAIN_ROWS)) weigh(j, threads, c, best);
    c.rows_by = CK_OWN, c.down = ck_most(c.down, least_down);
    weigh(j, threads, c, best);
  }
  if (j->turned) return;
  const int64_t down = ck_padded(ck_most(tasks, least_down), threads);
  weigh(j, threads, (cut){0, ck_least(down, strips), 1, CK_OWN, CK_SHARED}, best);
}

// Of cuts into about `tasks` of a product that is not packed, the one whose largest task has the fewest tiles.
static cut plain_cut(const ck_matmul_job *j, int64_t tasks) {
  const int64_t strips = ck_pieces(j->m, j->tile->rows), panels = ck_pieces(j->n, j->tile->columns);
  cut best = {0};
  int64_t fewest = INT64_MAX;
  for (int64_t down = tasks; down > 0; down /= 2) {
    cut c = {0, ck_least(down, strips), ck_least(tasks / down, panels), CK_PLAIN, CK_PLAIN};
    const int64_t tiles = ck_pieces(strips, c.down) * ck_pieces(panels, c.across);
    if (tiles < fewest) best = c, fewest = tiles;
  }
  return best;
}

// A narrow product has few operations for each element that it would have to pack. What is written across rows, a few elements at
// a time, must be little beside that.
bool ck_matmul_turns(int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b) {
  const int64_t narrow = ck_least(m, n);
  if (narrow > MOST_NARROW || ck_most(m, n) < 4 * narrow || k < 4 * narrow) return false;
  return narrow == n ? a.row_stride == 1 && a.column_stride != 1 : b.row_stride == 1 && b.column_stride != 1;
}

void ck_matmul_cut(ck_matmul_job *j) {
  j->tile = j->n <= j->blocks->least.columns    ? &j->blocks->least
            : j->n <= j->blocks->narrow.columns ? &j->blocks->narrow
                                                : &j->blocks->wide;
  const double work = ck_matmul_work(j);
  const int threads = work < CK_WORTHWHILE ? 1 : ck_threads();
  cut best = {0};
  if (j->batches == 1 && is_small(j) && has_plain_rows(j) && has_plain_columns(j) &&
      is_near(j, j->a.row_stride, SMALL_STRIDE) && is_near(j, j->b.row_stride, SMALL_STRIDE)) {
    best = plain_cut(j, threads > 1 ? 2 * threads : 1);
  } else if (threads == 1) {
    weigh_cuts(j, 1, 1, &best);
  } else {
    for (int64_t each = 1; each <= TASKS_PER_THREAD; each *= 2)
      weigh_cuts(j, threads, ck_pieces(each * threads, j->batches), &best);
  }
  j->down = best.down, j->across = best.across, j->rows_by = best.rows_by, j->columns_by = best.columns_by;
  if (j->shares_b && !j->turned) j->columns_by = CK_SHARED, j->across = 1;
}
