// What every processor has: SSE2 on x86-64. No fused multiply-add, hence other last bits than the other sets.
#pragma STDC FP_CONTRACT OFF
#include "table.h"

#define CK_ISA_NAME baseline
#define CK_ISA(name) name##_baseline
#define CK_FUSES 0
#define CK_PACKS 0
#define CK_VECTOR_BYTES 16
#define CK_WIDE_ROWS 4  // of a matmul's result that is held in registers, by CK_WIDE_VECTORS
#define CK_WIDE_VECTORS 2
#define CK_NARROW_ROWS 8  // of one that is a vector wide

#include "kernels.inc"

