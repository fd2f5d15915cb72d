// What each operation of CK_OPERATIONS should give, as plainly as possible: one line each, by its name. The operation of the
// float types is in long double, rounded nowhere else; that of the integers wraps around.
#include "native.h"

#define NEITHER 0  // not defined for integers
static int64_t quotient(int64_t a, int64_t b) { return b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b; }
static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a < b ? b : a; }
static long double least_real(long double a, long double b) { return isnan(a) || isnan(b) ? NAN : a < b ? a : b; }
static long double most_real(long double a, long double b) { return isnan(a) || isnan(b) ? NAN : a < b ? b : a; }

// exp(-x²·scale), the square in two parts.
static long double bell(long double x, long double scale) {
  if (fabsl(x) > 50) return 0;
  long double high = (float)x, low = x - high;
  return expl(-scale * high * high) * expl(-scale * (2 * high + low) * low);
}
static long double below(long double x) { return erfcl(x * -0.707106781186547524400844362104849039L) / 2; }
// glibc's powl(-inf, -2^63) is inf.
static long double power_real(long double a, long double b) { return powl(isinf(a) && fabsl(b) > 0x1p60L ? fabsl(a) : a, b); }
static int64_t power(int64_t a, int64_t b) {
  if (b < 0) return a == 1 ? 1 : a == -1 ? 1 - 2 * (b & 1) : 0;
  uint64_t product = 1;
  for (int bit = 62; bit >= 0; bit--) product *= product * (b >> bit & 1 ? (uint64_t)a : 1);
  return (int64_t)product;
}

// Sixty steps up, where three terms of the series are enough.
static long double digamma_real(long double x) {
  const long double pi = 3.14159265358979323846264338327950288L, r = x - rintl(x);
  if (x == 0) return -1 / x;
  if (x < 0) return r == 0 || isinf(x) ? NAN : digamma_real(1 - x) - pi / tanl(pi * r);
  if (!(x <= 60)) return logl(x) - 0.5L / x - (1 / 12.0L - (1 / 120.0L - 1 / (252 * x * x)) / (x * x)) / (x * x);
  long double sum = 0;
  for (int k = 59; k >= 0; k--) sum += 1 / (x + k);
  return digamma_real(x + 60) - sum;
}
static long double trigamma_real(long double x) {
  const long double pi = 3.14159265358979323846264338327950288L, ratio = pi / sinl(pi * (x - rintl(x)));
  if (x < 0) return ratio * ratio - trigamma_real(1 - x);
  if (!(x <= 60)) return (1 + 0.5L / x + (1 / 6.0L - (1 / 30.0L - 1 / (42 * x * x)) / (x * x)) / (x * x)) / x;
  long double sum = 0;
  for (int k = 59; k >= 0; k--) sum += 1 / ((x + k) * (x + k));
  return trigamma_real(x + 60) + sum;
}
static long double rest_real(long double a, long double b, bool floors) {
  long double rest = fmodl(a, b);
  return !floors ? rest : rest == 0 ? copysignl(0, b) : (rest < 0) != (b < 0) ? rest + b : rest;
}
static long double quotient_real(long double a, long double b, bool floors) {
  long double rest = fmodl(a, b);
  if (floors ? b == 0 : isnan(rest)) return a / b;
  return rintl((a - rest) / b) - (floors && rest != 0 && (rest < 0) != (b < 0));
}
static int64_t rest(int64_t a, int64_t b) { return b == -1 ? 0 : b == 0 ? a : a % b; }
static bool across(int64_t a, int64_t b) { return b != 0 && rest(a, b) != 0 && (a < 0) != (b < 0); }
static int64_t divisor(int64_t a, int64_t b) {
  while (b != 0) {
    int64_t next = rest(a, b);
    a = b, b = next;
  }
  return a < 0 ? (int64_t)(0 - (uint64_t)a) : a;
}

//    name, of floats, of integers; the operands are a, b, c and A, B, C
#define REFERENCES(X)                                                                    \
  X(copy, a, A)                                                                          \
  X(neg, -a, (int64_t)(0 - (uint64_t)A))                                                 \
  X(abs, fabsl(a), A < 0 ? (int64_t)(0 - (uint64_t)A) : A)                               \
  X(sign, a > 0 ? 1 : a < 0 ? -1 : a, (A > 0) - (A < 0))                                 \
  X(sqrt, sqrtl(a), NEITHER)                                                             \
  X(rsqrt, 1 / sqrtl(a), NEITHER)                                                        \
  X(reciprocal, 1 / a, NEITHER)                                                          \
  X(square, a * a, (int64_t)((uint64_t)A * (uint64_t)A))                                 \
  X(exp, expl(a), NEITHER)                                                               \
  X(expm1, expm1l(a), NEITHER)                                                           \
  X(log, logl(a), NEITHER)                                                               \
  X(log1p, log1pl(a), NEITHER)                                                           \
  X(sigmoid, 1 / (1 + expl(-a)), NEITHER)                                                \
  X(sigmoid_slope, expl(-fabsl(a)) / powl(1 + expl(-fabsl(a)), 2), NEITHER)              \
  X(tanh, tanhl(a), NEITHER)                                                             \
  X(exp2, exp2l(a), NEITHER)                                                             \
  X(log2, log2l(a), NEITHER)                                                             \
  X(log10, log10l(a), NEITHER)                                                           \
  X(silu, a == -INFINITY ? -0.0L : a / (1 + expl(-a)), NEITHER)                          \
  X(softplus, (a > 0 ? a : 0) + log1pl(expl(-fabsl(a))), NEITHER)                        \
  X(erf, erfl(a), NEITHER)                                                               \
  X(erfc, erfcl(a), NEITHER)                                                             \
  X(gauss, bell(a, 1), NEITHER)                                                          \
  X(normal_cdf, below(a), NEITHER)                                                       \
  X(normal_density, bell(a, 0.5L) * 0.398942280401432677939946059934381868L, NEITHER)    \
  X(gelu, a == -INFINITY ? -0.0L : a * below(a), NEITHER)                                \
  X(lgamma, a == -INFINITY ? INFINITY : lgammal(a), NEITHER)                             \
  X(digamma, digamma_real(a), NEITHER)                                                   \
  X(trigamma, trigamma_real(a), NEITHER)                                                 \
  X(sin, sinl(a), NEITHER)                                                               \
  X(cos, cosl(a), NEITHER)                                                               \
  X(tan, tanl(a), NEITHER)                                                               \
  X(asin, asinl(a), NEITHER)                                                             \
  X(acos, acosl(a), NEITHER)                                                             \
  X(atan, atanl(a), NEITHER)                                                             \
  X(sinh, sinhl(a), NEITHER)                                                             \
  X(cosh, coshl(a), NEITHER)                                                             \
  X(asinh, asinhl(a), NEITHER)                                                           \
  X(acosh, acoshl(a), NEITHER)                                                           \
  X(atanh, atanhl(a), NEITHER)                                                           \
  X(floor, floorl(a), A)                                                                 \
  X(ceil, ceill(a), A)                                                                   \
  X(trunc, truncl(a), A)                                                                 \
  X(round, rintl(a), A)                                                                  \
  X(signbit, signbit(a) != 0, A < 0)                                                     \
  X(isnan, isnan(a), 0)                                                                  \
  X(add, a + b, (int64_t)((uint64_t)A + (uint64_t)B))                                    \
  X(sub, a - b, (int64_t)((uint64_t)A - (uint64_t)B))                                    \
  X(mul, a * b, (int64_t)((uint64_t)A * (uint64_t)B))                                    \
  X(div, a / b, quotient(A, B))                                                          \
  X(chain, a == 0 ? 0 : a * b, (int64_t)((uint64_t)A * (uint64_t)B))                     \
  X(maximum, most_real(a, b), most(A, B))                                                \
  X(minimum, least_real(a, b), least(A, B))                                              \
  X(logaddexp, a == b ? a + logl(2) : fmaxl(a, b) + log1pl(expl(-fabsl(a - b))), NEITHER)\
  X(pow, power_real(a, b), power(A, B))                                                  \
  X(atan2, atan2l(a, b), NEITHER)                                                        \
  X(hypot, hypotl(a, b), NEITHER)                                                        \
  X(copysign, copysignl(a, b), NEITHER)                                                  \
  X(fmod, rest_real(a, b, false), rest(A, B))                                            \
  X(remainder, rest_real(a, b, true), across(A, B) ? rest(A, B) + B : rest(A, B))        \
  X(trunc_div, quotient_real(a, b, false), quotient(A, B))                               \
  X(floor_div, quotient_real(a, b, true), quotient(A, B) - across(A, B))                 \
  X(nextafter, single ? (long double)nextafterf((float)a, (float)b) : (long double)nextafter((double)a, (double)b), NEITHER) \
  X(bit_and, NAN, A & B)                                                                 \
  X(bit_or, NAN, A | B)                                                                  \
  X(bit_xor, NAN, A ^ B)                                                                 \
  X(bit_not, NAN, ~A)                                                                    \
  X(shift_left, NAN, B < 0 || B > 63 ? 0 : (int64_t)((uint64_t)A << B))                  \
  X(shift_right, NAN, A >> (B < 0 || B > 63 ? 63 : B))                                   \
  X(gcd, NAN, divisor(A, B))                                                             \
  X(eq, a == b, A == B)                                                                  \
  X(ne, a != b, A != B)                                                                  \
  X(lt, a < b, A < B)                                                                    \
  X(le, a <= b, A <= B)                                                                  \
  X(gt, a > b, A > B)                                                                    \
  X(ge, a >= b, A >= B)                                                                  \
  X(where, a != 0 ? b : c, A != 0 ? B : C)                                               \
  X(clamp, least_real(most_real(a, b), c), least(most(A, B), C))

#define UNUSED __attribute__((unused))
#define DEFINE(name, real, whole)                                                                                      \
  static long double real_##name(UNUSED bool single, UNUSED long double a, UNUSED long double b, UNUSED long double c) { return real; }    \
  static int64_t whole_##name(UNUSED int64_t A, UNUSED int64_t B, UNUSED int64_t C) { return whole; }
REFERENCES(DEFINE)

#define ROW(name, real, whole) {#name, real_##name, whole_##name},
static const struct {
  const char *name;
  long double (*real)(bool, long double, long double, long double);
  int64_t (*whole)(int64_t, int64_t, int64_t);
} references[] = {REFERENCES(ROW)};

static int find(const char *name) {
  for (int i = 0; i < (int)(sizeof references / sizeof *references); i++)
    if (strcmp(references[i].name, name) == 0) return i;
  return -1;
}

bool real_reference(const char *name, ck_dtype dtype, const long double x[3], long double *truth) {
  int i = find(name);
  if (i >= 0) *truth = references[i].real(dtype == CK_FLOAT32, x[0], x[1], x[2]);
  return i >= 0;
}

bool whole_reference(const char *name, const int64_t x[3], int64_t *truth) {
  int i = find(name);
  if (i >= 0) *truth = references[i].whole(x[0], x[1], x[2]);
  return i >= 0;
}

long double epsilon(ck_dtype dtype) { return dtype == CK_FLOAT32 ? 0x1p-23L : 0x1p-52L; }

// Infinity counts as the number that would follow the largest finite one.
double ulps(ck_dtype dtype, long double result, long double truth) {
  const bool single = dtype == CK_FLOAT32;
  const long double beyond = single ? 0x1p128L : 0x1p1024L;
  if (isnan(truth) || isnan(result)) return isnan(truth) && isnan(result) ? 0 : INFINITY;
  if (isinf(truth)) return result == truth ? 0 : INFINITY;
  if (isinf(result)) result = copysignl(beyond, result);
  if (fabsl(truth) > beyond) truth = copysignl(beyond, truth);
  int exponent = truth == 0 ? -20000 : ilogbl(truth), last = exponent - (single ? 23 : 52);
  int smallest = single ? -149 : -1074;
  return (double)(fabsl(result - truth) / ldexpl(1, last < smallest ? smallest : last));
}
