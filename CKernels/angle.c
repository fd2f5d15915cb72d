// The remainder of a number after division by π/2, however large it is, in integers (Payne and Hanek, "Radian reduction for
// trigonometric functions", 1983): x = m·2^e, and of the bits of 2/π those that give whole multiples of 4 with 2^e fall out.
#include "angle.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef unsigned __int128 u128;

// 2/π in binary, after 64 bits before the point.
static const uint64_t two_over_pi[] = {
    0,
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
    0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
    0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d};

static uint64_t bits_from(int first) {
  const uint64_t *word = &two_over_pi[first / 64];
  const int shift = first % 64;
  return shift == 0 ? word[0] : word[0] << shift | word[1] >> (64 - shift);
}

double ck_large_angle(double x, double *low, uint32_t *quadrant) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  const int exponent = (int)(bits >> 52 & 0x7ff);
  *low = 0, *quadrant = 0;
  if (exponent == 0x7ff) return x - x;
  if (exponent < 1013) return x;  // below 2^-10, where there is nothing to do
  const uint64_t m = (bits & ((1ull << 52) - 1)) | 1ull << 52;

  // m times 192 bits of 2/π from the one with the weight 2^(1-e) on: two bits before the point, 190 behind.
  const int first = 64 + (exponent - 1075) - 2;
  const u128 last = (u128)m * bits_from(first + 128);
  const u128 middle = (u128)m * bits_from(first + 64) + (uint64_t)(last >> 64);
  const uint64_t top = m * bits_from(first) + (uint64_t)(middle >> 64);
  uint32_t q = (uint32_t)((top + (1ull << 61)) >> 62);
  const uint64_t above = top - ((uint64_t)q << 62);  // from -2^61 on, in two's complement

  // The fraction's size, without its leading zeros, times π/2.
  const bool negative = above >> 63;
  u128 fraction = (u128)above << 64 | (uint64_t)middle;
  if (negative) fraction = -fraction;
  const int zeros = above == 0 || above == ~0ull ? 64 + __builtin_clzll((uint64_t)fraction | 1)
                                                 : __builtin_clzll((uint64_t)(fraction >> 64) | 1);
  fraction <<= zeros;
  const uint64_t product = (uint64_t)((u128)(uint64_t)(fraction >> 64) * 0xc90fdaa22168c235 >> 64);
  const uint64_t scale_bits = (uint64_t)(1023 - 61 - zeros) << 52;
  double scale;
  memcpy(&scale, &scale_bits, sizeof scale);
  if (negative != (bits >> 63 != 0)) scale = -scale;
  *low = (double)(product & 2047) * scale;
  *quadrant = bits >> 63 ? 0 - q : q;
  return (double)(product & ~2047ull) * scale;
}
