// What the bench compares with: the machine's own limits. Every function runs on the calling thread.
#ifndef CBENCH_H
#define CBENCH_H

#include <stdbool.h>
#include <stdint.h>

// Copies `count` floats; both ends are 64-byte aligned and count is a multiple of 16. Non-temporal stores go around the cache.
void cbench_copy(float *to, const float *from, int64_t count, bool non_temporal);

// The vector widths, in floats, whose multiply-adds cbench_fma can run here, each in its own variant.
enum { CBENCH_VARIANTS = 3 };

// Runs `rounds` rounds of independent fused multiply-adds (multiply and add where there is no fused one) in registers, and
// returns how many floating-point operations that were; 0 where this machine lacks the variant.
int64_t cbench_fma(int variant, int64_t rounds);

// The worst result so far: its error in units in the last place, where, and the result.
typedef struct {
  double error, input, second, result;
} cbench_worst;

// The index of a function that there is a reference for, by its name in CK_OPERATIONS or in Swift; -1 if there is none.
int cbench_function(const char *name);
// Compares results of inputs x, and y where the function has two arguments (else NULL), with the reference, and remembers the worst one.
void cbench_compare32(int function, long count, const float *x, const float *y, const float *results, cbench_worst *worst);
void cbench_compare64(int function, long count, const double *x, const double *y, const double *results,
                      cbench_worst *worst);

// A loss of the suite and its gradients as one loop written by hand: what a pointwise function that ends in a sum is measured
// against. Each returns the sum over `count` elements, a multiple of 16; all pointers are 64-byte aligned. Uses AVX-512 or AVX2
// where this machine has it. Non-temporal stores go around the cache.
typedef enum { CBENCH_APPROX_GE, CBENCH_CLAMP_SQUARE, CBENCH_WHERE_RELU, CBENCH_SMOOTH_MAX, CBENCH_LOSSES } cbench_loss;

double cbench_fused(cbench_loss loss, int64_t count, const float *x, const float *y, float *x_gradient, float *y_gradient,
                    bool non_temporal);

#endif
