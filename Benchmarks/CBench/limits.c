#include "include/CBench.h"

typedef float floats16 __attribute__((ext_vector_type(16), aligned(64)));

void cbench_copy(float *to, const float *from, int64_t count, bool non_temporal) {
  floats16 *out = (floats16 *)to;
  const floats16 *in = (const floats16 *)from;
  if (non_temporal) {
    for (int64_t i = 0; i < count / 16; i++) __builtin_nontemporal_store(in[i], &out[i]);
  } else {
    for (int64_t i = 0; i < count / 16; i++) out[i] = in[i];
  }
}

// Ten chains: more than latency (4 or 5 cycles) times two units needs, and fewer than there are registers. What goes in
// and comes out is volatile, so that the loop is run.
#define CHAINS 10
#define FMA_LOOP(name, width, multiply_add)                         \
  static int64_t name(int64_t rounds) {                             \
    typedef float vector __attribute__((ext_vector_type(width)));   \
    volatile float in[2] = {1.0000001f, 1e-7f}, out;                \
    vector sums[CHAINS], factor = in[0], term = in[1];              \
    for (int c = 0; c < CHAINS; c++) sums[c] = (float)c;            \
    for (int64_t i = 0; i < rounds; i++) {                          \
      _Pragma("clang loop unroll(full)")                            \
      for (int c = 0; c < CHAINS; c++) sums[c] = multiply_add;      \
    }                                                               \
    vector total = sums[0];                                         \
    for (int c = 1; c < CHAINS; c++) total += sums[c];              \
    for (int lane = 0; lane < width; lane++) out = total[lane];     \
    (void)out;                                                      \
    return rounds * CHAINS * width * 2;                             \
  }

#if defined(__x86_64__)
FMA_LOOP(fma_baseline, 4, sums[c] * factor + term)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
FMA_LOOP(fma_avx2, 8, __builtin_elementwise_fma(sums[c], factor, term))
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
FMA_LOOP(fma_avx512, 16, __builtin_elementwise_fma(sums[c], factor, term))
#pragma clang attribute pop

int64_t cbench_fma(int variant, int64_t rounds) {
  if (variant == 1 && __builtin_cpu_supports("fma")) return fma_avx2(rounds);
  if (variant == 2 && __builtin_cpu_supports("avx512f")) return fma_avx512(rounds);
  return variant == 0 ? fma_baseline(rounds) : 0;
}
#else
FMA_LOOP(fma_baseline, 4, __builtin_elementwise_fma(sums[c], factor, term))
int64_t cbench_fma(int variant, int64_t rounds) { return variant == 0 ? fma_baseline(rounds) : 0; }
#endif
