// AVX2 with fused multiply-add: Haswell, Zen and later.
#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#include <immintrin.h>

#include "table.h"

#define CK_ISA_NAME avx2
#define CK_ISA(name) name##_avx2
#define CK_FUSES 1
#define CK_PACKS 0
#define CK_VECTOR_BYTES 32
#define CK_WIDE_ROWS 6  // of a matmul's result that is held in registers, by CK_WIDE_VECTORS
#define CK_WIDE_VECTORS 2
#define CK_NARROW_ROWS 8  // of one that is a vector wide
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2,popcnt"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#endif
