// NEON, which every aarch64 processor has, with fused multiply-add.
#if defined(__aarch64__)
#pragma STDC FP_CONTRACT OFF
#include <arm_neon.h>

#include "table.h"

#define CK_ISA_NAME neon
#define CK_ISA(name) name##_neon
#define CK_FUSES 1
#define CK_PACKS 0
#define CK_VECTOR_BYTES 16
#define CK_WIDE_ROWS 8  // of a matmul's result that is held in registers, by CK_WIDE_VECTORS
#define CK_WIDE_VECTORS 3
#define CK_NARROW_ROWS 8  // of one that is a vector wide

#include "kernels.inc"

#endif
