// Random fills: uniform numbers from Philox written out as its authors do, normal ones from libm's functions of its bits.
#include "native.h"

static void philox(uint64_t seed, uint64_t stream, uint64_t counter, uint32_t w[4]) {
  uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  w[0] = (uint32_t)counter, w[1] = (uint32_t)(counter >> 32), w[2] = (uint32_t)stream, w[3] = (uint32_t)(stream >> 32);
  for (int round = 0; round < 10; round++, key[0] += 0x9E3779B9, key[1] += 0xBB67AE85) {
    uint64_t a = (uint64_t)0xD2511F53 * w[0], b = (uint64_t)0xCD9E8D57 * w[2];
    uint32_t next[4] = {(uint32_t)(b >> 32) ^ w[1] ^ key[0], (uint32_t)b, (uint32_t)(a >> 32) ^ w[3] ^ key[1], (uint32_t)a};
    memcpy(w, next, sizeof next);
  }
}

// The random bits of element i, left-aligned in 64, as random.inc lays them out.
static uint64_t bits(ck_dtype dtype, uint64_t seed, uint64_t stream, int64_t i) {
  uint32_t w[4];
  const int64_t lanes = dtype == CK_FLOAT32 ? 16 : 8, part = i / lanes % 4;
  if (dtype == CK_FLOAT32) {
    philox(seed, stream, (uint64_t)(i / 64 * 16 + i % 16), w);
    return (uint64_t)w[part] << 32;
  }
  philox(seed, stream, (uint64_t)(i / 32 * 16 + i % 16), w);
  return (uint64_t)w[part & ~1] << 32 | w[part | 1];
}

static long double expected(ck_distribution d, ck_dtype dtype, uint64_t seed, uint64_t stream, int64_t i) {
  const int digits = dtype == CK_FLOAT32 ? 24 : 53, word = dtype == CK_FLOAT32 ? 32 : 64;
  if (d == CK_UNIFORM) return ldexpl((long double)(bits(dtype, seed, stream, i) >> (64 - digits)), -digits);
  const int64_t lanes = dtype == CK_FLOAT32 ? 16 : 8, part = i / lanes % 4, first = i - part / 2 * 2 * lanes;
  long double u = ldexpl((long double)((bits(dtype, seed, stream, first) >> (65 - word)) * 2 + 1), -word);
  long double turn = ldexpl((long double)bits(dtype, seed, stream, first + 2 * lanes), -64) * 0x1.921fb54442d18469898cp2L;
  return sqrtl(-2 * logl(u)) * (part < 2 ? cosl(turn) : sinl(turn));
}

static void test_fill(ck_distribution d, ck_dtype dtype) {
  enum { COUNT = 70001, CHECKED = 3000 };
  const uint64_t seed = 0x123456789abcdef, stream = 0xfedcba987654321;
  begin("random", d == CK_UNIFORM ? "uniform" : "normal", dtype);
  char *out = block(dtype, COUNT), *cut = block(dtype, COUNT);
  ck_random(d, dtype, seed, stream, COUNT, out);
  digest(dtype, COUNT, out);
  for (int64_t i = 0; i < CHECKED; i++) {
    long double truth = expected(d, dtype, seed, stream, i), result = get(dtype, out, i);
    long double room = d == CK_UNIFORM ? 0 : 8 * epsilon(dtype) * (fabsl(truth) + 1);
    expect(fabsl(result - truth) <= room, "element %lld: %La, not %La", (long long)i, result, truth);
  }
  for (int64_t count = 0; count < 140; count++) {
    ck_random(d, dtype, seed, stream, count, cut);
    expect(same_bits(dtype, count, cut, out), "%lld elements differ from the first of more", (long long)count);
  }
  end();
  free(out), free(cut);
}

void test_random(void) {
  for (int d = CK_UNIFORM; d <= CK_NORMAL; d++)
    for (int dtype = CK_FLOAT32; dtype <= CK_FLOAT64; dtype++) test_fill((ck_distribution)d, (ck_dtype)dtype);
}
