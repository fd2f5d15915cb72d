// What functions should give, with more digits than they have: for float32 in double, for float64 in long double, by the C
// library.
#include <float.h>
#include <math.h>
#include <string.h>

#include "CBench.h"

// M(exp) is exp or expl, T double or long double.
#define FUNCTIONS(X)                                                                   \
  X(sqrt, M(sqrt)(x))                                                                  \
  X(rsqrt, 1 / M(sqrt)(x))                                                             \
  X(reciprocal, 1 / x)                                                                 \
  X(exp, M(exp)(x))                                                                    \
  X(exp2, M(exp2)(x))                                                                  \
  X(expm1, M(expm1)(x))                                                                \
  X(log, M(log)(x))                                                                    \
  X(log1p, M(log1p)(x))                                                                \
  X(log2, M(log2)(x))                                                                  \
  X(log10, M(log10)(x))                                                                \
  X(sigmoid, x < 0 ? M(exp)(x) / (1 + M(exp)(x)) : 1 / (1 + M(exp)(-x)))               \
  X(sigmoid_slope, M(exp)(-M(fabs)(x)) / ((1 + M(exp)(-M(fabs)(x))) * (1 + M(exp)(-M(fabs)(x))))) \
  X(tanh, M(tanh)(x))                                                                  \
  X(silu, x == -INFINITY ? 0 : x / (1 + M(exp)(-x)))                                   \
  X(softplus, (x > 0 ? x : 0) + M(log1p)(M(exp)(-M(fabs)(x))))                         \
  X(erf, M(erf)(x))                                                                    \
  X(erfc, M(erfc)(x))                                                                  \
  X(gauss, M(bell)(x, 1))                                                              \
  X(normal_density, M(bell)(x, (T)0.5) * (T)0.398942280401432677939946059934381868L)   \
  X(normal_cdf, M(below)(x))                                                           \
  X(gelu, x == -INFINITY ? 0 : x * M(below)(x))                                        \
  X(sin, M(sin)(x))                                                                    \
  X(cos, M(cos)(x))                                                                    \
  X(tan, M(tan)(x))                                                                    \
  X(asin, M(asin)(x))                                                                  \
  X(acos, M(acos)(x))                                                                  \
  X(atan, M(atan)(x))                                                                  \
  X(sinh, M(sinh)(x))                                                                  \
  X(cosh, M(cosh)(x))                                                                  \
  X(asinh, M(asinh)(x))                                                                \
  X(acosh, M(acosh)(x))                                                                \
  X(atanh, M(atanh)(x))                                                                \
  X(lgamma, x == -INFINITY ? INFINITY : M(lgamma)(x))                                  \
  X(digamma, M(digamma)(x))                                                            \
  X(trigamma, M(trigamma)(x))                                                          \
  X(erfInverse, M(erf_inverse)(x))                                                     \
  X(normalQuantile, M(quantile)(x))

// And those of two.
#define PAIRS(X)                                                                                                   \
  X(div, x / y)                                                                                                    \
  X(maximum, x != x || x > y ? x : y)                                                                              \
  X(minimum, x != x || x < y ? x : y)                                                                              \
  X(logaddexp, x == y ? x + M(log)(2) : (x > y ? x : y) + M(log1p)(M(exp)(-M(fabs)(x - y))))                       \
  X(pow, M(pow)(x, y))                                                                                             \
  X(atan2, M(atan2)(x, y))                                                                                         \
  X(hypot, M(hypot)(x, y))                                                                                         \
  X(fmod, M(fmod)(x, y))                                                                                           \
  X(remainder, M(rest)(x, y))                                                                                      \
  X(trunc_div, M(whole)(x, y, M(fmod)(x, y)))                                                                      \
  X(floor_div, M(lower)(x, y, M(fmod)(x, y)))

// exp(-x²·scale), the square in two parts; and the normal distribution, its argument's lost part made good.
#define HELPERS(name, below, T, exp, erfc, fma)                                       \
  static T name(T x, T scale) {                                                       \
    if (x > 50 || x < -50) return 0;                                                  \
    T high = (float)x, low = x - high;                                                \
    return exp(-scale * high * high) * exp(-scale * (2 * high + low) * low);          \
  }                                                                                   \
  static T below(T x) {                                                               \
    const T root = (T)0.707106781186547524400844362104849039L;                        \
    T y = -x * root, lost = fma(-x, root, -y);                                        \
    return erfc(y) * (y > 2 && y < 40 ? 1 - 2 * y * lost : 1) / 2;                    \
  }
HELPERS(bell, below, double, exp, erfc, fma)
HELPERS(belll, belowl, long double, expl, erfcl, fmal)

// The derivatives of log Γ: reflected where x < 0, else by the recurrence up to 40, the smallest terms first, and from there by
// Stirling's series (Abramowitz, Stegun, "Handbook of mathematical functions", 1964, 6.3.5, 6.3.7, 6.3.18 and 6.4.6, 6.4.7,
// 6.4.12). For both types in long double, as the sum cancels near the root of digamma.
static const long double pi = 3.141592653589793238462643383279502884L;
static long double digammal(long double x) {
  if (x == 0) return -1 / x;
  const long double r = x - roundl(x);
  if (x < 0) return r == 0 || x == -INFINITY ? NAN : digammal(1 - x) - pi / tanl(pi * r);
  const long double steps = x < 40 ? ceill(40 - x) : 0, at = x + steps, z = 1 / (at * at);
  long double sum = logl(at) - 1 / (2 * at) - z * (1 / 12.0L - z * (1 / 120.0L - z * (1 / 252.0L - z * (1 / 240.0L - z / 132))));
  for (long double i = steps - 1; i >= 0; i--) sum -= 1 / (x + i);
  return sum;
}
static long double trigammal(long double x) {
  if (x < 0) {
    const long double ratio = pi / sinl(pi * (x - roundl(x)));
    return ratio * ratio - trigammal(1 - x);
  }
  const long double steps = x < 40 ? ceill(40 - x) : 0, at = x + steps, z = 1 / (at * at);
  long double sum = 1 + 1 / (2 * at) + z * (1 / 6.0L - z * (1 / 30.0L - z * (1 / 42.0L - z * (1 / 30.0L - z * 5 / 66))));
  sum /= at;
  for (long double i = steps - 1; i >= 0; i--) sum += 1 / ((x + i) * (x + i));
  return sum;
}
static double digamma(double x) { return (double)digammal(x); }
static double trigamma(double x) { return (double)trigammal(x); }

// The inverses: erf(t) = y for |y| <= 1/2 by Halley's steps, erfc(t) = y for y <= 1/2 by Newton's on the logarithm, nearly a
// parabola; both from Winitzki's approximation ("A handy approximation for the error function and its inverse", 2008).
#define INVERSES(winitzki, middle, tail, erf_inverse, quantile, T, M)                           \
  static T winitzki(T logarithm) {                                                              \
    const T half = (T)4.330746750799873 + logarithm / 2;                                        \
    return M(sqrt)(M(fabs)(M(sqrt)(half * half - logarithm / (T)0.147) - half));                         \
  }                                                                                             \
  static T middle(T y) {                                                                        \
    T t = M(copysign)(winitzki(M(log1p)(-y * y)), y);                                           \
    for (int i = 0; i < 4; i++) {                                                               \
      const T step = (M(erf)(t) - y) * M(exp)(t * t) * (T)0.886226925452758013649083741670572591L; \
      t -= step / (1 + t * step);                                                               \
    }                                                                                           \
    return M(fabs)(y) < (T)1e-12L ? y * (T)0.886226925452758013649083741670572591L : t;         \
  }                                                                                             \
  static T tail(T y) {                                                                          \
    if (y == 0) return INFINITY;                                                                \
    T t = winitzki(M(log)(y) + M(log)(2 - y));                                                  \
    for (int i = 0; i < 6; i++) {                                                               \
      const T part = M(erfc)(t);                                                                \
      t += M(log)(part / y) * part * M(exp)(t * t) * (T)0.886226925452758013649083741670572591L; \
    }                                                                                           \
    return t;                                                                                   \
  }                                                                                             \
  static T erf_inverse(T x) {                                                                   \
    const T size = M(fabs)(x);                                                                  \
    if (!(size <= 1)) return NAN;                                                               \
    return size < (T)0.5 ? middle(x) : M(copysign)(tail(1 - size), x);                          \
  }                                                                                             \
  static T quantile(T p) {                                                                      \
    if (!(p >= 0 && p <= 1)) return NAN;                                                        \
    const T root = (T)1.414213562373095048801688724209698079L, part = p < (T)0.5 ? p : 1 - p;   \
    if (part > (T)0.25) return root * middle(2 * p - 1);                                        \
    return p < (T)0.5 ? -root * tail(2 * part) : root * tail(2 * part);                         \
  }
#define SAME(name) name
#define LONG(name) name##l
INVERSES(winitzki, middle, tail, erf_inverse, quantile, double, SAME)
INVERSES(winitzkil, middlel, taill, erf_inversel, quantilel, long double, LONG)

// What is left of x by y, of the sign of y; how often y goes into what x has beyond the rest r of its own sign; and that rounded
// downwards.
#define QUOTIENTS(rest, whole, lower, T, fmod, fabs, round, trunc)                                      \
  static T rest(T x, T y) {                                                                            \
    const T r = fmod(x, y);                                                                            \
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;                                                   \
  }                                                                                                    \
  static T whole(T x, T y, T r) { return r == r && fabs(y) < INFINITY ? round((x - r) / y) : trunc(x / y); } \
  static T lower(T x, T y, T r) { return whole(x, y, r) - (r != 0 && (r < 0) != (y < 0)); }
QUOTIENTS(rest, whole, lower, double, fmod, fabs, round, trunc)
QUOTIENTS(restl, wholel, lowerl, long double, fmodl, fabsl, roundl, truncl)

#define T double
#define M SAME
#define DEFINE(name, value) \
  static double name##_32(double x, double y) { return (void)y, value; }
FUNCTIONS(DEFINE)
PAIRS(DEFINE)
#undef T
#undef M
#undef DEFINE
#define T long double
#define M LONG
#define DEFINE(name, value) \
  static long double name##_64(long double x, long double y) { return (void)y, value; }
FUNCTIONS(DEFINE)
PAIRS(DEFINE)

static const struct {
  const char *name;
  double (*single)(double, double);
  long double (*wide)(long double, long double);
} functions[] = {
#define ROW(name, value) {#name, name##_32, name##_64},
    FUNCTIONS(ROW) PAIRS(ROW)};

int cbench_function(const char *name) {
  for (int i = 0; i < (int)(sizeof functions / sizeof *functions); i++)
    if (strcmp(functions[i].name, name) == 0) return i;
  return -1;
}

// What counts where it is larger than the result (CKernels.h): of a difference the larger part. Near its root long double has
// no more digits of digamma than that of 0.05 needs. For a subnormal p normalQuantile promises none.
static long double part(int index, long double x, long double y, bool subnormal) {
  const char *name = functions[index].name;
  if (strcmp(name, "logaddexp") == 0) return fabsl(x > y ? x : y);
  if (strcmp(name, "lgamma") == 0 && x < 0 && x > -INFINITY) return fmaxl(1, fabsl(lgammal(-x)));
  if (strcmp(name, "digamma") == 0) return x < 0 ? fmaxl(1, fabsl(digammal(1 - x))) : 0.05L;
  return subnormal && strcmp(name, "normalQuantile") == 0 ? INFINITY : 0;
}

// The distance in units in the last place of what the reference is when rounded.
#define COMPARE(name, Element, Wide, next, fabs, function)                                                               \
  void name(int index, long count, const Element *x, const Element *y, const Element *results, cbench_worst *worst) {    \
    for (long i = 0; i < count; i++) {                                                                                   \
      const Element second = y ? y[i] : 0, result = results[i];                                                          \
      const Wide exact = functions[index].function((Wide)x[i], (Wide)second);                                            \
      const Element rounded = (Element)exact;                                                                            \
      double error;                                                                                                      \
      if (isnan(rounded) || isnan(result)) {                                                                             \
        error = isnan(rounded) && isnan(result) ? 0 : INFINITY;                                                          \
      } else if (result == rounded) {                                                                                    \
        error = 0;                                                                                                       \
      } else if (isinf(rounded) || isinf(result)) {                                                                      \
        error = INFINITY;                                                                                                \
      } else {                                                                                                           \
        const Element least = (Element)part(index, x[i], second, fpclassify(x[i]) == FP_SUBNORMAL);                      \
        const Element size = fmax(fabs(rounded), least), above = next(size, (Element)INFINITY);                          \
        const Wide unit = isinf(above) ? (Wide)size - next(size, 0) : (Wide)above - size;                                \
        error = (double)((result > exact ? result - exact : exact - result) / unit);                                     \
      }                                                                                                                  \
      if (error > worst->error) *worst = (cbench_worst){error, x[i], second, result};                                    \
    }                                                                                                                    \
  }
COMPARE(cbench_compare32, float, double, nextafterf, fabsf, single)
COMPARE(cbench_compare64, double, long double, nextafter, fabs, wide)
