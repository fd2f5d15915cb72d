// Angles too large for the vector code of vector_trig.inc.
#ifndef CK_ANGLE_H
#define CK_ANGLE_H

#include <stdbool.h>
#include <stdint.h>

// x = quadrant·π/2 + (result + low) for any x, to 2^-64 of the result; NaN where x is not finite. `quadrant` counts modulo 4.
double ck_large_angle(double x, double *low, uint32_t *quadrant);

#endif
