// Radix sort of rows, from the lowest byte of the keys up: stable, and no element is compared with another. A key is the
// element's bits so changed that unsigned order is the elements' order. Short rows are sorted by insertion.
#include "drivers.h"

enum { SHORT = 32 };

typedef struct {
  bool descending;
  ck_dtype dtype;
  int64_t rows, length;
  const char *in;
  char *out, *scratch;
  int64_t *positions;
} job;

size_t ck_sort_scratch(ck_dtype dtype, int64_t rows, int64_t length, bool positions) {
  return (size_t)(rows * length) * (positions ? 2 * ck_size(dtype) + 4 : ck_size(dtype));
}

// Floats: all bits of a negative number turn over, of another the sign. A zero is +0 where `equal`, so that both are one key;
// NaN is above all. Integers: the sign turns over.
#define CK_KEYS(bits, sign, top, infinity)                                                                           \
  static bits key_##bits(bits x, bool real, bool equal, bits flip) {                                                 \
    bits key = x ^ sign;                                                                                             \
    if (real) {                                                                                                      \
      if (equal && x == sign) x = 0;                                                                                 \
      key = (x & ~sign) > infinity ? top : x & sign ? ~x : x | sign;                                                 \
    }                                                                                                                \
    return key ^ flip;                                                                                               \
  }                                                                                                                  \
  static bits element_##bits(bits key, bool real, bits flip) {                                                       \
    key ^= flip;                                                                                                     \
    if (!real) return key ^ sign;                                                                                    \
    return key == top ? top >> 1 : key & sign ? key ^ sign : ~key;                                                   \
  }                                                                                                                  \
                                                                                                                     \
  static void insert_##bits(int64_t n, bits *keys, uint32_t *at) {                                                   \
    for (int64_t i = 1; i < n; i++) {                                                                                \
      const bits key = keys[i];                                                                                      \
      const uint32_t own = at ? at[i] : 0;                                                                           \
      int64_t j = i;                                                                                                 \
      for (; j > 0 && keys[j - 1] > key; j--) {                                                                      \
        keys[j] = keys[j - 1];                                                                                       \
        if (at) at[j] = at[j - 1];                                                                                   \
      }                                                                                                              \
      keys[j] = key;                                                                                                 \
      if (at) at[j] = own;                                                                                           \
    }                                                                                                                \
  }                                                                                                                  \
                                                                                                                     \
  /* Sorts keys and, where there are any, positions; both pairs of memory are used, and the first holds the result. */ \
  static void radix_##bits(int64_t n, bits *keys, bits *other, uint32_t *at, uint32_t *other_at) {                   \
    if (n <= SHORT) return insert_##bits(n, keys, at);                                                               \
    enum { digits = sizeof(bits) };                                                                                  \
    uint32_t counts[digits][256] = {{0}};                                                                            \
    for (int64_t i = 0; i < n; i++)                                                                                  \
      for (int d = 0; d < digits; d++) counts[d][keys[i] >> (8 * d) & 255]++;                                        \
    bits *const home = keys;                                                                                         \
    uint32_t *const home_at = at;                                                                                    \
    for (int d = 0; d < digits; d++) {                                                                               \
      uint32_t *place = counts[d], start = 0;                                                                        \
      if (place[keys[0] >> (8 * d) & 255] == (uint32_t)n) continue; /* all have this digit */                        \
      for (int v = 0; v < 256; v++) {                                                                                \
        const uint32_t count = place[v];                                                                             \
        place[v] = start, start += count;                                                                            \
      }                                                                                                              \
      if (at)                                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                            \
          const uint32_t to = place[keys[i] >> (8 * d) & 255]++;                                                     \
          other[to] = keys[i], other_at[to] = at[i];                                                                 \
        }                                                                                                            \
      else                                                                                                           \
        for (int64_t i = 0; i < n; i++) other[place[keys[i] >> (8 * d) & 255]++] = keys[i];                          \
      bits *swap = keys;                                                                                             \
      uint32_t *swap_at = at;                                                                                        \
      keys = other, other = swap, at = other_at, other_at = swap_at;                                                 \
    }                                                                                                                \
    if (keys == home) return;                                                                                        \
    memcpy(home, keys, (size_t)n * sizeof(bits));                                                                    \
    if (home_at) memcpy(home_at, at, (size_t)n * sizeof(uint32_t));                                                  \
  }                                                                                                                  \
                                                                                                                     \
  static void row_##bits(const job *s, int64_t row) {                                                                \
    const int64_t n = s->length;                                                                                     \
    const bool real = s->dtype == CK_FLOAT32 || s->dtype == CK_FLOAT64;                                              \
    const bits flip = s->descending ? top : 0;                                                                       \
    const bits *x = (const bits *)s->in + row * n;                                                                   \
    bits *y = (bits *)s->out + row * n;                                                                              \
    if (s->positions == NULL) {                                                                                      \
      for (int64_t i = 0; i < n; i++) y[i] = key_##bits(x[i], real, false, flip);                                    \
      radix_##bits(n, y, (bits *)s->scratch + row * n, NULL, NULL);                                                  \
      for (int64_t i = 0; i < n; i++) y[i] = element_##bits(y[i], real, flip);                                       \
      return;                                                                                                        \
    }                                                                                                                \
    bits *keys = (bits *)s->scratch + row * n, *other = keys + s->rows * n;                                          \
    uint32_t *other_at = (uint32_t *)((bits *)s->scratch + 2 * s->rows * n) + row * n;                               \
    /* The positions' own memory holds them in half its width until the end. */                                      \
    int64_t *positions = s->positions + row * n;                                                                     \
    uint32_t *at = (uint32_t *)positions;                                                                            \
    for (int64_t i = 0; i < n; i++) keys[i] = key_##bits(x[i], real, true, flip), at[i] = (uint32_t)i;               \
    radix_##bits(n, keys, other, at, other_at);                                                                      \
    memcpy(other_at, at, (size_t)n * sizeof(uint32_t));                                                              \
    for (int64_t i = 0; i < n; i++) positions[i] = other_at[i], y[i] = x[other_at[i]];                               \
  }
CK_KEYS(uint32_t, UINT32_C(0x80000000), UINT32_MAX, UINT32_C(0x7f800000))
CK_KEYS(uint64_t, UINT64_C(0x8000000000000000), UINT64_MAX, UINT64_C(0x7ff0000000000000))

static void task(void *context, int64_t row) {
  const job *s = context;
  if (ck_size(s->dtype) == 4) row_uint32_t(s, row);
  else row_uint64_t(s, row);
}

void ck_sort(bool descending, ck_dtype dtype, int64_t rows, int64_t length, const void *in, void *out,
             int64_t *positions, void *scratch) {
  if (rows <= 0 || length <= 0) return;
  job s = {descending, dtype, rows, length, in, out, scratch, positions};
  ck_parallel(rows, 6.0 * (double)rows * (double)length, task, &s);
}
