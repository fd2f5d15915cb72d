// The tasks of a matrix product: a panel of CK_PANEL of k after the other, each added to what the ones before came to.
#include "matmul.h"

// Where columns `first` on of b are packed, for k from p on.
static char *packed_at(const ck_matmul_job *j, int64_t batch, int64_t p, int64_t first) {
  int64_t width = ck_padded(j->n, j->tile->columns), matrix = j->shares_b ? 0 : batch * j->k * width;
  return j->packed + (matrix + p * width + first * ck_least(CK_PANEL, j->k - p)) * j->size;
}

static void pack_rows(const ck_matmul_job *j, int64_t batch, int64_t p, int64_t first, int64_t count, void *panels) {
  j->tile->pack_rows(count, ck_least(CK_PANEL, j->k - p), ck_corner(j, j->a, batch, first, p), j->a.row_stride,
                     j->a.column_stride, panels);
}

static void pack_columns(const ck_matmul_job *j, int64_t batch, int64_t p, int64_t first, int64_t count, void *panels) {
  j->tile->pack_columns(count, ck_least(CK_PANEL, j->k - p), ck_corner(j, j->b, batch, p, first), j->b.column_stride,
                        j->b.row_stride, panels);
}

static int64_t panels_of_k(const ck_matmul_job *j) { return ck_pieces(j->k, CK_PANEL); }

int64_t ck_pack_tasks(const ck_matmul_job *j) {
  if (j->columns_by != CK_SHARED) return 0;
  return (j->shares_b ? 1 : j->batches) * panels_of_k(j) * ck_pieces(j->n, CK_PACKED_PANELS * j->tile->columns);
}

void ck_pack_task(void *context, int64_t index) {
  const ck_matmul_job *j = context;
  int64_t step = CK_PACKED_PANELS * j->tile->columns, across = ck_pieces(j->n, step), first = index % across * step;
  int64_t batch = index / across / panels_of_k(j), p = index / across % panels_of_k(j) * CK_PANEL;
  pack_columns(j, batch, p, first, ck_least(step, j->n - first), packed_at(j, batch, p, first));
}

// Rows of a for k from p on.
static ck_lanes rows_of(const ck_matmul_job *j, int64_t batch, int64_t p, int64_t first, int64_t count, void *own) {
  if (j->rows_by == CK_PLAIN) return (ck_lanes){ck_corner(j, j->a, batch, first, p), j->a.row_stride, false};
  pack_rows(j, batch, p, first, count, own);
  return (ck_lanes){own, 0, true};
}

static ck_lanes columns_of(const ck_matmul_job *j, int64_t batch, int64_t p, int64_t first, int64_t count, void *own) {
  if (j->columns_by == CK_PLAIN) return (ck_lanes){ck_corner(j, j->b, batch, p, first), j->b.row_stride, false};
  if (j->columns_by == CK_SHARED) return (ck_lanes){packed_at(j, batch, p, first), 0, true};
  pack_columns(j, batch, p, first, count, own);
  return (ck_lanes){own, 0, true};
}

// Where piece i begins, of rows or columns that are cut between tiles.
static int64_t cut(int64_t count, int64_t tile, int64_t pieces, int64_t i) {
  return ck_least(ck_cut(ck_pieces(count, tile), pieces, i) * tile, count);
}

// The next two matrices of a batch, where a task has whole ones that lie together.
static ck_ahead ahead_of(const ck_matmul_job *j, int64_t batch) {
  if (batch + 1 == j->batches || j->columns_by == CK_SHARED || j->down * j->across > 1 || j->k > CK_PANEL)
    return (ck_ahead){0};
  const bool a = j->a.batch_stride == j->m * j->k, b = j->b.batch_stride == j->n * j->k;
  return (ck_ahead){ck_corner(j, j->a, batch + 1, 0, 0), ck_corner(j, j->b, batch + 1, 0, 0),
                    a ? j->m * j->k * j->size : 0, b ? j->n * j->k * j->size : 0};
}

static const void *bias_at(const ck_matmul_job *j, int64_t first) {
  return j->end.bias ? (const char *)j->end.bias + first * j->size : NULL;
}

void ck_multiply_task(void *context, int64_t index) {
  const ck_matmul_job *j = context;
  _Alignas(64) char own_rows[CK_OWN_ROWS], own_columns[CK_OWN_COLUMNS];
  const int64_t batch = index / j->across / j->down, down = index / j->across % j->down, across = index % j->across;
  const int64_t row = cut(j->m, j->tile->rows, j->down, down), column = cut(j->n, j->tile->columns, j->across, across);
  const int64_t height = cut(j->m, j->tile->rows, j->down, down + 1) - row;
  const int64_t width = cut(j->n, j->tile->columns, j->across, across + 1) - column;
  const int64_t stride = j->turned ? j->m : j->n, first = j->turned ? column * stride + row : row * stride + column;
  char *out = j->out + (batch * j->m * j->n + first) * j->size;
  for (int64_t p = 0; p < j->k; p += CK_PANEL) {
    const bool last = p + CK_PANEL >= j->k;
    ck_lanes a = rows_of(j, batch, p, row, height, own_rows), b = columns_of(j, batch, p, column, width, own_columns);
    ck_matmul_end end = {.add = j->end.add || p > 0};
    if (last && !j->turned) end.bias = bias_at(j, column), end.rectify = j->end.rectify;
    j->tile->multiply(height, width, ck_least(CK_PANEL, j->k - p), a, b, out, stride, j->turned, end, ahead_of(j, batch));
  }
  for (int64_t i = 0; i < width && j->turned && (j->end.bias || j->end.rectify); i++)
    j->blocks->finish(height, bias_at(j, row), 1, j->end.rectify, out + i * stride * j->size);
}
