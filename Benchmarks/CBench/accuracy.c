// What the functions of one argument should give, with more digits than they have: for float32 in double, for float64 in
// long double, by the C library.
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
  X(atanh, M(atanh)(x))

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

#define T double
#define M(name) name
#define DEFINE(name, value) \
  static double name##_32(double x) { return value; }
FUNCTIONS(DEFINE)
#undef T
#undef M
#undef DEFINE
#define T long double
#define M(name) name##l
#define DEFINE(name, value) \
  static long double name##_64(long double x) { return value; }
FUNCTIONS(DEFINE)

static const struct {
  const char *name;
  double (*single)(double);
  long double (*wide)(long double);
} functions[] = {
#define ROW(name, value) {#name, name##_32, name##_64},
    FUNCTIONS(ROW)};

int cbench_function(const char *name) {
  for (int i = 0; i < (int)(sizeof functions / sizeof *functions); i++)
    if (strcmp(functions[i].name, name) == 0) return i;
  return -1;
}

// The distance in units in the last place of what the reference is when rounded.
#define COMPARE(name, Element, Wide, next, fabs, function)                                     \
  void name(int index, long count, const Element *x, const Element *y, cbench_worst *worst) {             \
    for (long i = 0; i < count; i++) {                                                                \
      const Wide exact = functions[index].function((Wide)x[i]);                                       \
      const Element rounded = (Element)exact;                                                         \
      double error;                                                                                   \
      if (isnan(rounded) || isnan(y[i])) {                                                            \
        error = isnan(rounded) && isnan(y[i]) ? 0 : INFINITY;                                         \
      } else if (y[i] == rounded) {                                                                   \
        error = 0;                                                                                    \
      } else if (isinf(rounded) || isinf(y[i])) {                                                     \
        error = INFINITY;                                                                             \
      } else {                                                                                        \
        const Element size = fabs(rounded), above = next(size, (Element)INFINITY);                    \
        const Wide unit = isinf(above) ? (Wide)size - next(size, 0) : (Wide)above - size;             \
        error = (double)((y[i] > exact ? y[i] - exact : exact - y[i]) / unit);                        \
      }                                                                                               \
      if (error > worst->error) *worst = (cbench_worst){error, x[i], y[i]};                               \
    }                                                                                                 \
  }
COMPARE(cbench_compare32, float, double, nextafterf, fabsf, single)
COMPARE(cbench_compare64, double, long double, nextafter, fabs, wide)
