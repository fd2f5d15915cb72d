// Inputs, and elements as numbers.
#include "native.h"

const char *dtype_name(ck_dtype dtype) {
  static const char *const names[CK_DTYPE_COUNT] = {"float32", "float64", "int32",   "int64",
                                                    "uint8",   "bool",    "float16", "bfloat16"};
  return names[dtype];
}

// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
uint64_t draw(generator *g) {
  uint64_t z = g->state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

int64_t draw_below(generator *g, int64_t bound) { return (int64_t)(draw(g) % (uint64_t)bound); }

// Zeros, subnormals, halves, ties, where functions overflow or round to a limit, and where integer types end.
static const double real_landmarks[] = {
    0,       0x1p-1074, 0x1p-149, 0x1.fffffcp-127, 0x1p-126, 0x1p-1022, 0x1p-30, 0.25,     0x1.fffffep-2, 0.5,
    1,       0x1.000002p0, 0x1.fffffep-1, 1.5, 2, 2.5, 3.5, 20, 87.4, 88.75, 103.9, 127.5, 255.5, 256, 709.8, 745.2,
    65504, 65519, 65520, 1e5, 0x1.fffffep22, 0x1p23, 0x1.000002p23, 0x1p24, 0x1.fffffep30, 2147483647, 0x1p31, 0x1p32,
    0x1.fffffffffffffp51, 0x1p53, 0x1.fffffffffffffp62, 0x1p63, 0x1p64, 0x1.fffffep127, 0x1.fffffffffffffp1023, INFINITY,
    NAN};
static const int64_t whole_landmarks[] = {0,         1,         2,         3,         7,         100,
                                          127,       128,       255,       256,       46341,     INT32_MAX - 1,
                                          INT32_MAX, INT32_MAX, (int64_t)1 << 31, (int64_t)1 << 32, (int64_t)1 << 53,
                                          ((int64_t)1 << 53) + 1, INT64_MAX - 1, INT64_MAX};
enum {
  REALS = sizeof real_landmarks / sizeof *real_landmarks,
  WHOLES = sizeof whole_landmarks / sizeof *whole_landmarks,
};

static void put(ck_dtype dtype, void *out, int64_t i, double real, int64_t whole) {
  switch (dtype) {
  case CK_FLOAT32: ((float *)out)[i] = (float)real; break;
  case CK_FLOAT64: ((double *)out)[i] = real; break;
  case CK_INT32: ((int32_t *)out)[i] = (int32_t)whole; break;
  case CK_INT64: ((int64_t *)out)[i] = whole; break;
  case CK_UINT8: ((uint8_t *)out)[i] = (uint8_t)whole; break;
  case CK_BOOL: ((uint8_t *)out)[i] = whole & 1; break;
  default: ((uint16_t *)out)[i] = (uint16_t)whole; break;
  }
}

int landmarks(ck_dtype dtype, int index, void *out) {
  int sign = index % 2 ? -1 : 1;
  int64_t whole = whole_landmarks[index / 2 % WHOLES];
  put(dtype, out, 0, sign * real_landmarks[index / 2 % REALS], sign < 0 ? ~whole : whole);
  return 2 * (is_real(dtype) ? REALS : WHOLES);
}

static void draw_wild(ck_dtype dtype, generator *g, void *out) {
  uint64_t bits = draw(g);
  int kind = (int)(bits >> 60);
  if (kind == 0) {
    landmarks(dtype, (int)(draw(g) % (2 * REALS * WHOLES)), out);
  } else if (kind <= 4) {
    bits = dtype == CK_BOOL ? bits & 1 : bits;
    memcpy(out, &bits, ck_size(dtype));  // little-endian, as both machines are
  } else {
    int64_t whole = (int64_t)draw(g) >> 11;  // 53 bits
    put(dtype, out, 0, (double)whole * 0x1p-52 * (double)(1 << (bits & 7)), whole >> (bits & 31));
  }
}

void *block(ck_dtype dtype, int64_t count) {
  void *memory = calloc((size_t)count + 1, ck_size(dtype));
  if (memory == NULL) exit(2);
  return memory;
}

void *draw_block(ck_dtype dtype, int64_t count, temper t, uint64_t seed) {
  char *memory = block(dtype, count);
  generator g = {seed * 1000003 + dtype};
  for (int64_t i = 0; i < count; i++) {
    char *at = memory + i * (int64_t)ck_size(dtype);
    if (t == WILD) {
      draw_wild(dtype, &g, at);
    } else {
      int64_t whole = (int64_t)draw(&g) >> 11;
      put(dtype, at, 0, (double)whole * 0x1p-50, whole >> 50);
    }
  }
  return memory;
}

long double get(ck_dtype dtype, const void *data, int64_t i) {
  switch (dtype) {
  case CK_FLOAT32: return ((const float *)data)[i];
  case CK_FLOAT64: return ((const double *)data)[i];
  case CK_INT32: return ((const int32_t *)data)[i];
  case CK_INT64: return ((const int64_t *)data)[i];
  case CK_UINT8:
  case CK_BOOL: return ((const uint8_t *)data)[i];
  default: break;
  }
  // sign, exponent, fraction: IEEE 754's half, or the upper half of its single
  const int fraction = dtype == CK_FLOAT16 ? 10 : 7, bias = dtype == CK_FLOAT16 ? 15 : 127;
  uint16_t bits = ((const uint16_t *)data)[i];
  int exponent = (bits & 0x7fff) >> fraction, low = bits & ((1 << fraction) - 1);
  long double size = exponent == 0 ? ldexpl(low, 1 - bias - fraction)
                     : exponent == 2 * bias + 1 ? (low ? NAN : INFINITY)
                                                : ldexpl(low + (1 << fraction), exponent - bias - fraction);
  return bits >> 15 ? -size : size;
}

uint64_t bits_at(ck_dtype dtype, const void *data, int64_t i) {
  uint64_t bits = 0;
  size_t size = ck_size(dtype);
  memcpy(&bits, (const char *)data + i * (int64_t)size, size);
  return isnan(get(dtype, data, i)) ? 0x7ff8000000000000 : bits;
}

bool same_bits(ck_dtype dtype, int64_t count, const void *a, const void *b) {
  for (int64_t i = 0; i < count; i++)
    if (bits_at(dtype, a, i) != bits_at(dtype, b, i)) return false;
  return true;
}
