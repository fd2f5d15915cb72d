// AVX-512 (F, VL, BW, DQ): Skylake-X, Zen 4 and later.
#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#include <immintrin.h>

#include "table.h"

#define CK_ISA_NAME avx512
#define CK_ISA(name) name##_avx512
#define CK_FUSES 1
#define CK_PACKS 1  // the lanes that a mask selects, by one instruction
#define CK_VECTOR_BYTES 64
// Few rows, though there are registers for more: sizes are often multiples of 8, and the rows of a matrix whose stride is a large
// power of two, all of one set of the first-level cache, are as many as that holds.
#define CK_WIDE_ROWS 8  // of a matmul's result that is held in registers, by CK_WIDE_VECTORS
#define CK_WIDE_VECTORS 2
#define CK_NARROW_ROWS 8  // of one that is a vector wide
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,f16c,bmi,bmi2,popcnt"))), apply_to = function)
#include "kernels.inc"
#pragma clang attribute pop
#endif
