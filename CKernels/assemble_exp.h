// What functions in machine code are made of (assemble_exp.c).
#ifndef CK_ASSEMBLE_EXP_H
#define CK_ASSEMBLE_EXP_H

#include "builder.h"
#include "vector_numbers.h"

// A number of vector_numbers.h for this type.
#define NUMBER(name) ck_number_in_pool(b, ck_wide(b) ? name##_f64 : (double)name##_f32)
#define COUNT(list) (int)(sizeof list / sizeof *list)

// x + more = n·2^-bits·ln 2 + r, where `more` is a small number's register or VEX_NONE: x = r, n + lift·2^bits in the low bits of
// `n`, and in `number`, which may be n's register, n·2^-bits. x is within limits.
void ck_put_reduced(ck_builder *b, int x, int more, int lift, int bits, int n, int number);

// out = exp(r) - 1: expm1_reduced. `square` is lost.
void ck_put_expm1_reduced(ck_builder *b, int r, int square, int out);

// x, or what is larger. `limit` is lost.
void ck_put_least(ck_builder *b, int x, vex_operand least, int limit);

// exp(x + more) for x <= 0, which is lost: exp_minus, in `low` with its low part, and what logaddexp makes of exp_minus_lifted.
void ck_put_exp_minus(ck_builder *b, int x, int more, int low, int out);

// exp(x) of any x, which is lost: 2^n in two factors.
void ck_put_exp(ck_builder *b, int x, int out);

// log(1 + x) near 0: log1p_near of float32.
void ck_put_log1p(ck_builder *b, int x, int out);

#endif
