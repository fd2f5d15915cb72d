#include "include/CBench.h"

// The same loops for three instruction sets.
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)

#if defined(__x86_64__)
#define FUSED(name) name##_avx512
#define WIDTH 16
#define vector floats16
#define bits ints16
typedef float vector __attribute__((ext_vector_type(WIDTH)));
typedef int bits __attribute__((ext_vector_type(WIDTH)));
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)
#include "fused.inc"
#pragma clang attribute pop
#undef FUSED
#undef WIDTH
#undef vector
#undef bits

#define FUSED(name) name##_avx2
#define WIDTH 8
#define vector floats8
#define bits ints8
typedef float vector __attribute__((ext_vector_type(WIDTH)));
typedef int bits __attribute__((ext_vector_type(WIDTH)));
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "fused.inc"
#pragma clang attribute pop
#undef FUSED
#undef WIDTH
#undef vector
#undef bits
#undef FMA
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

#define FUSED(name) name##_baseline
#define WIDTH 4
#define vector floats4
#define bits ints4
typedef float vector __attribute__((ext_vector_type(WIDTH)));
typedef int bits __attribute__((ext_vector_type(WIDTH)));
#include "fused.inc"

double cbench_fused(cbench_loss loss, int64_t count, const float *x, const float *y, float *x_gradient, float *y_gradient,
                    bool non_temporal) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return fused_avx512(loss, count, x, y, x_gradient, y_gradient, non_temporal);
  if (__builtin_cpu_supports("fma")) return fused_avx2(loss, count, x, y, x_gradient, y_gradient, non_temporal);
#endif
  return fused_baseline(loss, count, x, y, x_gradient, y_gradient, non_temporal);
}
