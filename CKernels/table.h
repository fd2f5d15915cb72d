// What one instruction set offers: one table of functions each, filled in by kernels.inc, which isa_*.c compile once per
// instruction set. dispatch.c picks the table; the drivers (program.c, reduce.c, matmul.c, random.c) call through it.
#ifndef CK_TABLE_H
#define CK_TABLE_H

#include <math.h>
#include <string.h>

#include "include/CKernels.h"
#include "angle.h"
#include "elementwise.h"
#include "blocks.h"

typedef struct {
  const char *name;
  int vector;                  // bytes of one
  ck_elementwise elementwise;  // rows.inc, copy.inc, transpose.inc, joined.inc
  ck_blocks blocks;            // reduce.inc, softmax.inc, matmul.inc, random.inc
} ck_table;

extern const ck_table ck_table_baseline;
#if defined(__x86_64__)
extern const ck_table ck_table_avx2, ck_table_avx512;
#elif defined(__aarch64__)
extern const ck_table ck_table_neon;
#endif

const ck_table *ck_kernels(void);  // the table in use
// Sets the calling thread's own table, NULL for none, and gives the one before.
const ck_table *ck_use_kernels_here(const ck_table *table);

// The four compute types have the numbers 0 to 3 of ck_dtype.
enum { CK_COMPUTE_TYPES = 4 };

#endif
