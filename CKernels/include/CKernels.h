// CKernels: the loops under Cusp. They know numbers, strides and blocks: no tensors, no allocation, no
// errors, no logging, no locks (but for the machine code of programs, which is made once). Every function here may be called
// from any thread.
//
// The contract that all of them keep:
// - Strides and counts are in elements. Counts may be zero; then nothing is read or written.
// - Output never overlaps input, except where "in place" is allowed by name.
// - The same bits for any number of threads, and for AVX2, AVX-512 and NEON: work is cut by shape alone, sums
//   run in 16 virtual float32 (8 float64) lanes, and every fused multiply-add is written out. The baseline, which
//   has no fused multiply-add, keeps every stated bound but not the bits.
// - NaN goes through arithmetic, maximum and minimum; which NaN, its sign and payload, depends on the processor.
//   Subnormals are computed, never flushed.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  CK_MAX_RANK = 8,        // dimensions of a loop
  CK_MAX_OPERANDS = 24,   // inputs and outputs of a program together
  CK_MAX_CONSTANTS = 64,  // constants of a program
  CK_MAX_REGISTERS = 128,  // intermediate values of a program alive at once
  CK_BLOCK = 1024,         // elements that a program of several instructions handles at a time, at most
};

// How elements lie in memory. A bool is one byte, 0 or 1.
typedef enum {
  CK_FLOAT32, CK_FLOAT64, CK_INT32, CK_INT64, CK_UINT8, CK_BOOL, CK_FLOAT16, CK_BFLOAT16,
  CK_DTYPE_COUNT
} ck_dtype;

// Bytes per element: a digit of this number for each dtype, from the lowest on.
static inline size_t ck_size(ck_dtype dtype) { return 0x22118484 >> (4 * dtype) & 15; }

// ---------------------------------------------------------------------------------------------- operations
// The table of elementwise operations: name, arity, where it is defined, nanoseconds for a float32 (about, on one core with
// AVX2; no result depends on it), and its largest error in units in the last place for float32 and float64 (0: correctly
// rounded or exact).
//
// Arithmetic runs in one of four compute types: float32, float64, int32, int64. Inside a program a truth value is
// the number 1 or 0 of the compute type; anything that is not 0 counts as true where one is read.
// "real" operations are defined for the two float types only, "whole" ones for the two integer types, "any" ones for all four. Integers wrap around; integer
// division truncates, and by zero it gives 0 (the layers above never ask for it).
//
//   chain(g, d)      g times d, but exactly 0 where g is 0, whatever d is: the product of the chain rule, in which
//                    a gradient that is 0 stays 0 even against an infinite or undefined slope
//   where(m, a, b)   a where m is not 0, else b; never mixes the two
//   clamp(a, b, c)   minimum(maximum(a, b), c)
//   maximum, minimum NaN if either is NaN; of +0 and -0 either
//   sign             -1, 0 or 1; NaN for NaN
//   round            to the nearest whole number, to even in a tie
//   sigmoid_slope    the derivative of sigmoid, sigmoid(x) * sigmoid(-x), exact in both tails
//   gauss            exp(-x²)
//   normal_density   exp(-x²/2) / √(2π), the derivative of normal_cdf, erfc(-x/√2) / 2
//   gelu             x * normal_cdf(x)
//   silu             x * sigmoid(x)
//   softplus         log(1 + exp(x))
//   logaddexp        log(exp(a) + exp(b)); the bound is in units of the larger of the result and the larger operand, whose
//                    own last place decides where they nearly cancel
//   lgamma           log |gamma(x)|, digamma and trigamma its first two derivatives. For x < 0 the bound of lgamma is in units of
//                    the largest of the result, log |gamma(-x)| and 1, that of digamma of the result, digamma(1 - x) and 1
//   sin, cos, tan    of any finite angle, however large
//   atan2(a, b)      the angle of the point (b, a), from -π to π
//   pow              as in IEEE 754: 1 where b is 0 or a is 1, NaN where a < 0 and b is not whole. Integers: 0 where b < 0,
//                    but for a = 1 and a = -1
//   hypot            sqrt(a² + b²), without overflow on the way; infinite where either is
//   fmod, remainder  a - n b for a whole n, exact: of the sign of a, and of the sign of b. Integers: b = 0 gives a
//   trunc_div,       the whole quotient, rounded towards 0, and downwards: exact below 2^23 and 2^51, else rounded once more.
//   floor_div        Integers: b = 0 gives 0
//   nextafter        the number that follows a on the way to b
//   shift_left, shift_right  a·2^b, a/2^b rounded downwards; b < 0 counts as a b that is too large: all bits fall out
//   gcd              the greatest common divisor, not negative but for that of the smallest number and 0
//   signbit          1 where the sign is minus, of zeros and NaN too
//   isnan            1 where NaN
#define CK_OPERATIONS(X)                  \
  X(copy, 1, any, 0.05, 0, 0)             \
  X(neg, 1, any, 0.05, 0, 0)              \
  X(abs, 1, any, 0.05, 0, 0)              \
  X(sign, 1, any, 0.05, 0, 0)             \
  X(sqrt, 1, real, 0.2, 0, 0)             \
  X(rsqrt, 1, real, 0.3, 1.5, 1.5)        \
  X(reciprocal, 1, real, 0.1, 0, 0)       \
  X(square, 1, any, 0.05, 0, 0)           \
  X(exp, 1, real, 0.4, 1, 1.5)            \
  X(exp2, 1, real, 0.4, 1, 1.5)           \
  X(expm1, 1, real, 0.4, 2, 2)            \
  X(log, 1, real, 0.6, 1, 1)              \
  X(log1p, 1, real, 0.3, 1.5, 1.5)        \
  X(log2, 1, real, 0.7, 2, 2)             \
  X(log10, 1, real, 0.7, 1.5, 2)          \
  X(sigmoid, 1, real, 0.5, 3, 1.5)        \
  X(sigmoid_slope, 1, real, 0.5, 3, 1.5)  \
  X(tanh, 1, real, 0.5, 1.5, 1.5)         \
  X(silu, 1, real, 0.6, 3.5, 1.5)         \
  X(softplus, 1, real, 0.8, 2, 2)         \
  X(erf, 1, real, 0.5, 1.5, 2)            \
  X(erfc, 1, real, 0.8, 4, 2)             \
  X(gauss, 1, real, 0.5, 1.5, 1.5)        \
  X(normal_cdf, 1, real, 0.8, 3.5, 2)     \
  X(normal_density, 1, real, 0.5, 2, 2)   \
  X(gelu, 1, real, 0.6, 4, 2)             \
  X(lgamma, 1, real, 5, 1, 5)             \
  X(digamma, 1, real, 4, 1, 7.5)          \
  X(trigamma, 1, real, 4, 1, 5.5)         \
  X(sin, 1, real, 1.2, 1, 1)              \
  X(cos, 1, real, 1.2, 1, 1)              \
  X(tan, 1, real, 1.4, 2.5, 1.5)          \
  X(asin, 1, real, 0.6, 2, 2)             \
  X(acos, 1, real, 0.6, 1.5, 1.5)         \
  X(atan, 1, real, 0.6, 2, 2)             \
  X(sinh, 1, real, 0.7, 2, 2)             \
  X(cosh, 1, real, 0.5, 2, 2)             \
  X(asinh, 1, real, 1.3, 2, 2)            \
  X(acosh, 1, real, 1.2, 2.5, 2)          \
  X(atanh, 1, real, 1.2, 2, 2)            \
  X(floor, 1, any, 0.05, 0, 0)            \
  X(ceil, 1, any, 0.05, 0, 0)             \
  X(trunc, 1, any, 0.05, 0, 0)            \
  X(round, 1, any, 0.05, 0, 0)            \
  X(signbit, 1, any, 0.05, 0, 0)          \
  X(isnan, 1, any, 0.05, 0, 0)            \
  X(add, 2, any, 0.05, 0, 0)              \
  X(sub, 2, any, 0.05, 0, 0)              \
  X(mul, 2, any, 0.05, 0, 0)              \
  X(div, 2, any, 0.1, 0, 0)               \
  X(chain, 2, any, 0.05, 0, 0)            \
  X(maximum, 2, any, 0.05, 0, 0)          \
  X(minimum, 2, any, 0.05, 0, 0)          \
  X(logaddexp, 2, real, 1, 3.5, 2)        \
  X(pow, 2, any, 5, 1.5, 2)               \
  X(atan2, 2, real, 0.8, 2, 2)            \
  X(hypot, 2, real, 0.4, 1.5, 1.5)        \
  X(copysign, 2, real, 0.05, 0, 0)        \
  X(fmod, 2, any, 0.4, 0, 0)              \
  X(remainder, 2, any, 0.4, 0, 0)         \
  X(trunc_div, 2, any, 0.5, 2, 2)         \
  X(floor_div, 2, any, 0.5, 2, 2)         \
  X(nextafter, 2, real, 0.05, 0, 0)       \
  X(bit_and, 2, whole, 0.05, 0, 0)        \
  X(bit_or, 2, whole, 0.05, 0, 0)         \
  X(bit_xor, 2, whole, 0.05, 0, 0)        \
  X(bit_not, 1, whole, 0.05, 0, 0)        \
  X(shift_left, 2, whole, 0.05, 0, 0)     \
  X(shift_right, 2, whole, 0.05, 0, 0)    \
  X(gcd, 2, whole, 20, 0, 0)              \
  X(eq, 2, any, 0.05, 0, 0)               \
  X(ne, 2, any, 0.05, 0, 0)               \
  X(lt, 2, any, 0.05, 0, 0)               \
  X(le, 2, any, 0.05, 0, 0)               \
  X(gt, 2, any, 0.05, 0, 0)               \
  X(ge, 2, any, 0.05, 0, 0)               \
  X(where, 3, any, 0.05, 0, 0)            \
  X(clamp, 3, any, 0.05, 0, 0)

typedef enum {
#define CK_ENUM(name, arity, domain, cost, ulp32, ulp64) CK_##name,
  CK_OPERATIONS(CK_ENUM)
#undef CK_ENUM
  CK_OPERATION_COUNT
} ck_operation;

typedef struct {
  const char *name;
  int arity;
  bool real;            // float types only
  bool whole;           // integer types only
  double cost;          // nanoseconds for a float32
  double ulp32, ulp64;  // the bound that the accuracy test reads
} ck_operation_info;

ck_operation_info ck_describe(ck_operation operation);

// ------------------------------------------------------------------------------------------------ programs
// One instruction. Places are numbered: the inputs first, then the outputs, then the constants, then registers.
// dst is an output or a register; a, b, c may be any place that holds a value by then (an output that an
// earlier instruction wrote included). Operands past the arity are ignored.
typedef struct {
  uint8_t operation, dst, a, b, c;
} ck_instruction;

// Machine code that a program has been turned into (code.c), and over how many elements it ran before. All 0 at first.
typedef struct ck_code ck_code;
typedef struct {
  ck_code *first;
  int64_t elements;
} ck_codes;

typedef struct {
  int inputs, outputs, constants, registers, count;
  const double *constant_values;
  const ck_instruction *instructions;
  ck_codes *codes;  // where its machine code is kept; NULL if none is to be made
} ck_program;

// Frees the machine code of a program that nobody runs any more.
void ck_forget_code(ck_codes *codes);
// Programs become machine code, where that is possible, when they have run over so many elements in all; at first 16384, or as
// CUSP_COMPILE says, "never" or "always"; less than 0 for that again. Results are the same bits.
void ck_compile_from(int64_t elements);
// Whether machine code is made of it: then it is best among others of which that is so.
bool ck_is_cheap(ck_operation operation);

// Where an input or output lies: `strides[d]` for dimension d of the loop; 0 repeats. A scalar is an operand whose
// strides are all 0. An operand of another dtype than the compute type is converted on the way, a block at a
// time: floats to integers truncate (saturating; NaN gives 0), to bool "not 0", between integers wrap around.
typedef struct {
  void *data;
  int64_t strides[CK_MAX_RANK];
  ck_dtype dtype;  // last: with padding in the middle, Swift's copy of a fresh operand waits for the stores before it
} ck_operand;

// Runs `program` over every index of `shape`, in blocks that stay in the first-level cache, on as many threads as
// it is worth. `operands` holds the inputs, then the outputs. In place: an output may be the very same elements as an
// input (same data, dtype and strides).
void ck_run(const ck_program *program, ck_dtype compute, int rank, const int64_t *shape, const ck_operand *operands);

// An operand that lies flat: its elements follow one another in the order of the loop, or all are one.
typedef struct {
  void *data;
  uint8_t dtype;
  bool repeats;
} ck_flat;

// The same over `elements` elements of operands that lie flat, without strides to fill in and to look at.
void ck_run_flat(const ck_program *program, ck_dtype compute, int64_t elements, const ck_flat *operands);

// ---------------------------------------------------------------------------------------------- reductions
// A tensor seen from one reduced dimension: [outer, length, inner], each with its stride. Fastest where stride or
// inner_stride is 1.
typedef struct {
  int64_t outer, length, inner;
  int64_t outer_stride, stride, inner_stride;
} ck_axis;

// Sums are pairwise over fixed blocks. max and min are NaN where any element is; argmax and argmin then name the
// first NaN, else the first of the largest. log_sum_exp reads memory once; all -inf gives -inf.
// deviations is the sum of the squared deviations from the mean, found in two passes over blocks in cache.
// length 0: sum and deviations 0, prod 1, log_sum_exp -inf; the others must not be asked for.
typedef enum {
  CK_SUM, CK_PROD, CK_MAX, CK_MIN, CK_ARGMAX, CK_ARGMIN, CK_LOG_SUM_EXP, CK_DEVIATIONS
} ck_reduction;

// `out` is contiguous [outer, inner], of `dtype` (int64 for argmax and argmin). dtype: float32, float64, int32 or int64;
// log_sum_exp and deviations for floats only.
void ck_reduce(ck_reduction reduction, ck_dtype dtype, ck_axis axis, const void *in, void *out);

// Runs a program and reduces its first output over the dimensions from `kept` on, a piece at a time, without ever writing it to
// memory; its other outputs are written where their operands say. The reduced output is contiguous, of the compute type: [kept dimensions, parts], partial results that one
// more ck_reduce over the parts makes whole; the first function says how many there are, which the shape and strides
// alone decide, those of the reduced output excepted. Sums, products, largest and smallest elements and log_sum_exp only; of no elements nothing is written. kept is less than
// rank.
int64_t ck_run_reduced_parts(const ck_program *program, int rank, const int64_t *shape, int kept,
                             const ck_operand *operands);
void ck_run_reduced(ck_reduction reduction, const ck_program *program, ck_dtype compute, int rank, const int64_t *shape,
                    int kept, const ck_operand *operands);

// softmax along the axis, or its logarithm; `out` is contiguous [outer, length, inner]. All -inf gives NaN, as 0/0 does; so
// does an infinite maximum, for the whole line.
void ck_softmax(bool logarithm, ck_dtype dtype, ck_axis axis, const void *in, void *out);

// Running sums along the axis; `out` is contiguous [outer, length, inner]. float32 sums run in float64 and are rounded at
// each element.
void ck_cumulative_sum(ck_dtype dtype, ck_axis axis, const void *in, void *out);
// Where the largest (or smallest) element so far is, the last of equal ones, or the last NaN: int64.
void ck_cumulative_arg(bool smallest, ck_dtype dtype, ck_axis axis, const void *in, int64_t *out);
// y[i] = a[i] * y[i - 1] + b[i] along the axis, or backwards from the end, where the first is b alone; all contiguous
// [outer, length, inner], of a float type. float32 runs in float64.
void ck_linear_scan(bool backwards, ck_dtype dtype, int64_t outer, int64_t length, int64_t inner, const void *a,
                    const void *b, void *out);

// ------------------------------------------------------------------------------------------- normalisation
// Rows of `columns` elements of a float type, (x - mean) / sqrt(variance + epsilon) * weight + bias, the variance being that of
// all the row (divided by `columns`). Contiguous; weight and bias, of one row, may be NULL for 1 and 0. Each row's mean and
// 1 / sqrt(variance + epsilon) are written to `means` and `scales`.
void ck_normalize(ck_dtype dtype, int64_t rows, int64_t columns, const void *in, const void *weight, const void *bias,
                  double epsilon, void *out, void *means, void *scales);
// The gradient of that with regard to x: with g the gradient of the result times the weight and y the normalised row,
// (g - mean(g) - y * mean(g * y)) * scale.
void ck_normalize_gradient(ck_dtype dtype, int64_t rows, int64_t columns, const void *gradient, const void *in,
                           const void *weight, const void *means, const void *scales, void *out);

// ----------------------------------------------------------------------------------------------------- sort
// Rows of `length` elements in ascending order, or in descending; NaN counts as larger than anything. Contiguous. Where
// `positions` is not NULL it is stable, and says where each element was; else zeros of both signs may change places. `scratch`
// has ck_sort_scratch bytes. dtype: one that is computed in; length is less than 2^32. A radix sort: its time does not depend on
// the elements' order.
size_t ck_sort_scratch(ck_dtype dtype, int64_t rows, int64_t length, bool positions);
void ck_sort(bool descending, ck_dtype dtype, int64_t rows, int64_t length, const void *in, void *out, int64_t *positions,
             void *scratch);

// ------------------------------------------------------------------------------------------------ positions
// Positions along an axis of `length`, from -length on, where negative ones count from the end: the element at [o, j, i] of
// an index is data[o * outer_stride + j * stride + i * inner_stride]. Where inner_stride is 0, whole runs move together.
typedef struct {
  const int64_t *data;
  int64_t outer_stride, stride, inner_stride;
} ck_index;

// The place of the first position that is not from -length to length - 1; -1 where there is none. To be asked first: the
// functions below trust their index.
int64_t ck_first_outside(int64_t count, const int64_t *index, int64_t length);

// out[o, j, i] = in[o, index[o, j, i], i] for j from 0 to count - 1; `out` is contiguous [outer, count, inner]. Any dtype.
void ck_gather(ck_dtype dtype, ck_axis axis, int64_t count, ck_index index, const void *in, void *out);

// out[o, index[o, j, i], i] = combine(itself, in[o, j, i]), one j after the other; contiguous, `out` [outer, length, inner]
// and `in` [outer, count, inner]. CK_copy, where the last one stays, is for any dtype, other operations of two operands for
// those that are computed in.
void ck_scatter(ck_operation combine, ck_dtype dtype, int64_t outer, int64_t length, int64_t inner, int64_t count,
                ck_index index, const void *in, void *out);

// A mask of bytes is cut into at most CK_MASK_BLOCKS blocks. The first function gives how many are not 0, and in `starts`, of
// CK_MASK_BLOCKS + 1 numbers, how many before each block; ck_compress then puts the elements at which the mask is not 0 side by
// side, and ck_spread puts them back, with zeros between. Contiguous, of any dtype.
enum { CK_MASK_BLOCKS = 1024 };
int64_t ck_mask_starts(int64_t count, const uint8_t *mask, int64_t *starts);
void ck_compress(ck_dtype dtype, int64_t count, const uint8_t *mask, const int64_t *starts, const void *in, void *out);
void ck_spread(ck_dtype dtype, int64_t count, const uint8_t *mask, const int64_t *starts, const void *in, void *out);

// -------------------------------------------------------------------------------------------------- matmul
typedef struct {
  const void *data;
  int64_t batch_stride, row_stride, column_stride;
} ck_matrix;

// What becomes of a product before it is written; all 0 for nothing. First it is added to what `out` holds, then the bias to every
// row, then what is not above 0 becomes 0; NaN stays.
typedef struct {
  bool add;
  const void *bias;  // n contiguous elements; NULL for none
  bool rectify;
} ck_matmul_end;

// Bytes of scratch memory that ck_matmul wants for these sizes with the present instruction set: 4 MB, or for a wide b a
// panel of 256 of its rows.
size_t ck_matmul_scratch(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k);

// out[batch, m, n] = a[batch, m, k] · b[batch, k, n], and the end; `out` is contiguous. Any strides, 0 and negative included: packing
// reads them. Each element is a chain of fused multiply-adds over k for each panel of 256, panels added in order, whatever
// the tile: the same bits for every instruction set that fuses and every number of threads. (Where m or n is 1 and the
// matrix is contiguous along k, it is a sum in 16 or 8 lanes for every 4096 of k instead.) Panels are added to what `out` holds in the same order. k = 0 gives the end of zeros.
// `scratch` is 64-byte aligned. dtype: float32, float64, int32 or int64; integers wrap around.
void ck_matmul(ck_dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, ck_matrix a, ck_matrix b,
               ck_matmul_end end, void *out, void *scratch);

// -------------------------------------------------------------------------------------------------- random
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Element i of a
// fill is a function of (seed, stream, i) alone, so the order of the work does not matter.
// uniform: [0, 1), 24 bits for float32, 53 for float64. normal: mean 0, deviation 1 (Box-Muller). dtype: float32 or float64.
typedef enum { CK_UNIFORM, CK_NORMAL } ck_distribution;
void ck_random(ck_distribution distribution, ck_dtype dtype, uint64_t seed, uint64_t stream, int64_t count, void *out);

// ------------------------------------------------------------------------------------------------- machine
// The instruction set in use: "baseline", "avx2", "avx512" or "neon". Chosen once, the best that this machine has, or
// CUSP_ISA's where it is set and possible.
const char *ck_instruction_set(void);
// Uses another one from now on; false, and nothing changes, where this machine or build lacks it. For tests: not to be
// called while kernels run.
bool ck_use_instruction_set(const char *name);
// The same for what the calling thread starts, until it is called with NULL. For tests that run beside others.
bool ck_use_instruction_set_here(const char *name);

// The thread budget: CUSP_THREADS where it is a positive number, else the cores that this process may use.
int ck_threads(void);
void ck_set_threads(int threads);  // at least 1
// While more `begin`s than `end`s were called on a thread, its kernels run on that thread alone.
void ck_serial_begin(void);
void ck_serial_end(void);
// While more `begin`s than `end`s were called on a thread, it counts as busy whether a loop of its own runs or not: teams of
// other threads leave it a core, and for a moment after the last `end` if it `lingers`, since it probably goes on.
void ck_occupy_begin(void);
void ck_occupy_end(bool lingers);
// The same for a thread that helps one of those, if the budget has a core for it: false, and there is nothing to end, if not.
bool ck_help_begin(void);
void ck_help_end(void);
// How many other threads are busy with loops, or were a moment ago, those apart that are between the two calls above.
int ck_busy_outside(void);
// Sends the threads that wait for the next loop to sleep at once; by themselves they do so after a millisecond.
void ck_rest(void);
// How many threads the widest loop so far has really used. For tests and `cusp info`.
int ck_widest_team(void);
// Counts from now on how many threads work at the same time, callers, team and helpers; and the most that were seen. For tests, to
// be called while nothing runs.
void ck_count_at_work(void);
int ck_most_at_work(void);

// Calls body(context, i) for every i in 0 ..< count, in any order, on as many threads as the budget gives; `work` is the
// time of the whole loop in nanoseconds on one thread, by which it decides whether threads are worth it. What bodies wrote past the
// caches is in memory when it returns. A loop is handed out in so many pieces to each thread, so that one that comes late or runs
// slowly takes fewer: a count beyond that only costs calls.
enum { CK_PIECES_PER_THREAD = 16 };
void ck_parallel(int64_t count, double work, void (*body)(void *context, int64_t index), void *context);

#endif
