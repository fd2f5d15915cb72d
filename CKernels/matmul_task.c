// The tasks of a matrix product: a panel of CK_PANEL of k after the other, each added to what the ones before came to.
#include "matmul.h"

// Where columns `first` on of b are packed, for k from p on.
static char *packed_at(const ck_matmul_job *j, int64_t batch, int64_t p, int64_t first) {
  int64_t width = ck_padded(j->n, j->blocks->columns), matrix = j->shares_b ? 0 : batch * j->k * width;
  return j->packed + (matrix + p * width + first * ck_least(CK_PANEL, j->k - p)) * j->size;
}

static void pack_rows(const ck_matmul_job *j, int64_t batch, int64_t p, int64_t first, int64_t count, void *panels) {
  j->blocks->pack_rows(count, ck_least(CK_PANEL, j->k - p), ck_corner(j, j->a, batch, first, p), j->a.row_stride,
                       j->a.column_stride, panels);
}

static void pack_columns(const ck_matmul_job *j, int64_t batch, int64_t p, int64_t first, int64_t count, void *panels) {
  j->blocks->pack_columns(count, ck_least(CK_PANEL, j->k - p), ck_corner(j, j->b, batch, p, first), j->b.column_stride,
                          j->b.row_stride, panels);
}

static int64_t panels_of_k(const ck_matmul_job *j) { return ck_pieces(j->k, CK_PANEL); }

int64_t ck_pack_tasks(const ck_matmul_job *j) {
  if (j->columns_by != CK_SHARED) return 0;
  return (j->shares_b ? 1 : j->batches) * panels_of_k(j) * ck_pieces(j->n, CK_PACKED_PANELS * j->blocks->columns);
}

void ck_pack_task(void *context, int64_t index) {
  const ck_matmul_job *j = context;
  int64_t step = CK_PACKED_PANELS * j->blocks->columns, across = ck_pieces(j->n, step), first = index % across * step;
  int64_t batch = index / across / panels_of_k(j), p = index / across % panels_of_k(j) * CK_PANEL;
  pack_columns(j, batch, p, first, ck_least(step, j->n - first), packed_at(j, batch, p, first));
}

// Rows of a, or columns of b, of a task.
typedef struct {
  ck_lanes lanes;
  int64_t first, count;
} part;

// Rows of a for k from p on, in one part or two: of rows that are read where they lie, what is no whole tile is packed.
static int row_parts(const ck_matmul_job *j, int64_t batch, int64_t p, int64_t first, int64_t count, void *own,
                     part parts[2]) {
  int64_t whole = j->rows_by == CK_PLAIN ? count / j->blocks->rows * j->blocks->rows : 0;
  if (whole > 0)
    *parts++ = (part){
        {ck_corner(j, j->a, batch, first, p), j->a.row_stride, j->a.column_stride, j->blocks->rows * j->a.row_stride},
        0,
        whole};
  if (whole == count) return 1;
  pack_rows(j, batch, p, first + whole, count - whole, own);
  *parts = (part){{own, 1, j->blocks->rows, j->blocks->rows * ck_least(CK_PANEL, j->k - p)}, whole, count - whole};
  return whole > 0 ? 2 : 1;
}

static int column_parts(const ck_matmul_job *j, int64_t batch, int64_t p, int64_t first, int64_t count, void *own,
                        part parts[2]) {
  const int64_t width = j->blocks->columns, whole = j->columns_by == CK_PLAIN ? count / width * width : 0;
  if (whole > 0) *parts++ = (part){{ck_corner(j, j->b, batch, p, first), 1, j->b.row_stride, width}, 0, whole};
  if (whole == count) return 1;
  if (j->columns_by == CK_SHARED) own = packed_at(j, batch, p, first);
  else pack_columns(j, batch, p, first + whole, count - whole, own);
  *parts = (part){{own, 1, width, width * ck_least(CK_PANEL, j->k - p)}, whole, count - whole};
  return whole > 0 ? 2 : 1;
}

void ck_multiply_task(void *context, int64_t index) {
  const ck_matmul_job *j = context;
  _Alignas(64) char own_rows[CK_OWN_ROWS], own_columns[CK_OWN_COLUMNS];
  int64_t column = index % j->across * j->columns, row = index / j->across % j->down * j->rows;
  int64_t batch = index / j->across / j->down;
  int64_t height = ck_least(j->rows, j->m - row), width = ck_least(j->columns, j->n - column);
  char *out = j->out + ((batch * j->m + row) * j->n + column) * j->size;
  for (int64_t p = 0; p < j->k; p += CK_PANEL) {
    const bool last = p + CK_PANEL >= j->k;
    part a[2], b[2];
    int down = row_parts(j, batch, p, row, height, own_rows, a);
    int across = column_parts(j, batch, p, column, width, own_columns, b);
    for (int i = 0; i < across * down; i++) {
      part left = a[i % down], right = b[i / down];
      ck_matmul_end end = {.add = j->end.add || p > 0, .rectify = last && j->end.rectify};
      if (last && j->end.bias) end.bias = (const char *)j->end.bias + (column + right.first) * j->size;
      j->blocks->multiply(left.count, right.count, ck_least(CK_PANEL, j->k - p), left.lanes, right.lanes,
                          out + (left.first * j->n + right.first) * j->size, j->n, end);
    }
  }
}
