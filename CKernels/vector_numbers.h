// What functions of vectors are made of (vector_math.inc), and what machine code of them finds (assemble_exp.c): limits and
// polynomials, for float32 and for float64.
//
// The polynomials are minimax fits made for this file (Remez exchange in 60 digits, coefficients then rounded); each
// names its target, the interval, and the largest error that it causes in the function, relative to the function's
// value.
#ifndef CK_VECTOR_NUMBERS
#define CK_VECTOR_NUMBERS

// float32 ---------------------------------------------------------------------------------------------------------
enum { mantissa_bits_f32 = 23, exponent_bits_f32 = 8, bias_f32 = 127, exp_bits_f32 = 3, in_two_f32 = false };
static const float min_normal_f32 = 0x1p-126f, sqrt_half_f32 = 0x1.6a09e6p-1f;
static const float normal_peak_f32 = 0x1.988454p-2f;  // 1/√(2π)
static const float log2_e_f32 = 0x1.715476p+0f, log2_e_low_f32 = 0x1.4ae0cp-26f, ln2_f32 = 0x1.62e43p-1f;
static const float log10_2_f32 = 0x1.344p-2f, log10_2_low_f32 = 0x1.3509f8p-18f;  // a whole number times the first is exact
static const float log10_e_f32 = 0x1.bcb7b2p-2f, log10_e_low_f32 = -0x1.5b235ep-27f;
// ln 2 in two parts; a whole number up to 2^8 times the first (15 bits) is exact.
static const float ln2_high_f32 = 0x1.62e4p-1f, ln2_low_f32 = 0x1.7f7d1cp-20f;
static const float exp_max_f32 = 89, exp_min_f32 = -104;  // where exp is infinite, and where it rounds to 0
static const float exp_normal_f32 = 87;                     // up to which, and from minus which, exp is normal
static const float exp2_max_f32 = 128, exp2_min_f32 = -151, exp2_normal_f32 = 125;
static const float silu_min_f32 = -110;                    // where x·exp(x) rounds to 0
static const float tanh_max_f32 = 9.1f, erf_max_f32 = 4.03f;  // where they round to 1
static const float below_max_f32 = 5.44f;                   // where normal_cdf rounds to 1
static const float gauss_max_f32 = 10.2f;                  // where exp(-x²) rounds to 0
static const float normal_max_f32 = 14.5f;                 // where x·exp(-x²/2) rounds to 0
static const float expm1_min_f32 = -30;                    // where expm1 rounds to -1
static const float linear_f32 = 0x1p-26f;                  // below which expm1 and log1p round to their argument

// (exp(r) - 1 - r) / r², |r| <= ln(2)/2: 2^-28.
static const float exp_rest_f32[] = {0x1.fffffcp-2f, 0x1.555492p-3f, 0x1.5558f2p-5f, 0x1.123a2p-7f, 0x1.6a23dp-10f};

// exp itself has eighths of a power from a table, so that less is left for a polynomial. ln 2 in two parts; eighths up to 2^8 times the
// first (12 bits) are exact.
static const float ln2_coarse_f32 = 0x1.62ep-1f, ln2_fine_f32 = 0x1.0bfbe8p-15f;
// The bits of c·2^(i/8) less i << 20: with all of n << 20 added, those of c·2^(n/8). c = 0.99743897 is such that rounding takes at most
// a thirtieth of a unit from each of the eight, and the polynomial gives it back.
static const uint32_t eighths_f32[] = {0x3f7f5829, 0x3f7b3a3e, 0x3f77d424, 0x3f759202,
                                       0x3f748e45, 0x3f74e5be, 0x3f76b7da, 0x3f7a26de};
// The same less half of all powers of two: where n is 128 powers more (exp_in_window).
static const uint32_t eighths_above_f32[] = {0xff7f5829, 0xff7b3a3e, 0xff77d424, 0xff759202,
                                             0xff748e45, 0xff74e5be, 0xff76b7da, 0xff7a26de};
// exp(r)/c - 1, |r| <= ln(2)/16: 2^-25.7.
static const float exp_near_f32[] = {0x1.5089f8p-9f, 0x1.00a846p+0f, 0x1.00b28ap-1f, 0x1.562d6ap-3f};

static const float window_most_f32 = 0x1p15f;  // the largest power of a window of exponentials (vector_window.inc)

// (log1p(f) - f + f²/2) / f³, √½ - 1 <= f <= √2 - 1: 2^-29.7.
static const float log_rest_f32[] = {0x1.55554ep-2f,  -0x1.ffffeep-3f, 0x1.99a1cp-3f,   -0x1.556142p-3f, 0x1.23707p-3f,
                                     -0x1.fbb24ep-4f, 0x1.e3796ep-4f,  -0x1.df996ap-4f, 0x1.1d65a2p-4f};
// The same for -1/8 <= f <= 1: 2^-29.4.
static const float log_near_f32[] = {0x1.55554ap-2f, -0x1.000086p-2f, 0x1.99abb4p-3f, -0x1.5561b2p-3f, 0x1.21ba4ep-3f,
                                     -0x1.db889p-4f, 0x1.54cd94p-4f,  -0x1.733deep-5f, 0x1.0215bp-6f,  -0x1.4cb538p-9f};

// (sin(r) - r) / r³ of r², |r| <= π/4: 2^-28; (cos(r) - 1 + r²/2) / r⁴: 2^-33.
static const float sin_rest_f32[] = {-0x1.555546p-3f, 0x1.11073ap-7f, -0x1.994398p-13f};
static const float cos_rest_f32[] = {0x1.55554ap-5f, -0x1.6c0c32p-10f, 0x1.99eb4cp-16f};

// (asin(q) - q) / q³ of q², |q| <= 1/2: 2^-28; (atan(q) - q) / q³, |q| <= √2 - 1: 2^-30.
static const float asin_rest_f32[] = {0x1.5555c8p-3f, 0x1.3301ccp-4f, 0x1.7480ep-5f, 0x1.8c0ca8p-6f, 0x1.598638p-5f};
static const float atan_rest_f32[] = {
    -0x1.55554ap-2f, 0x1.999196p-3f, -0x1.23b51ap-3f, 0x1.b1ebaep-4f, -0x1.f1eb02p-5f};
static const float half_pi_f32 = 0x1.921fb6p+0f, half_pi_low_f32 = -0x1.777a5cp-25f;
static const float quarter_pi_f32 = 0x1.921fb6p-1f, quarter_pi_low_f32 = -0x1.777a5cp-26f;
static const float pi_f32 = 0x1.921fb6p+1f, pi_low_f32 = -0x1.777a5cp-24f;
static const float huge_f32 = 0x1p125f;
static const float square_safe_f32 = 0x1p55f, square_scale_f32 = 0x1p96f;  // whose squares are neither infinite nor small
static const float large_f32 = 0x1p13f;  // from where on asinh and acosh are log(2x)

// (sinh(x) - x) / x³ of x², |x| <= 1: 2^-34.
static const float sinh_rest_f32[] = {0x1.555556p-3f, 0x1.111136p-7f, 0x1.9ffe84p-13f, 0x1.7a17d6p-19f};

// float64 ---------------------------------------------------------------------------------------------------------
enum { mantissa_bits_f64 = 52, exponent_bits_f64 = 11, bias_f64 = 1023, exp_bits_f64 = 0, in_two_f64 = true };
static const double min_normal_f64 = 0x1p-1022, sqrt_half_f64 = 0x1.6a09e667f3bcdp-1, sqrt_half_low_f64 = -0x1.bdd3413b26456p-55;
static const double normal_peak_f64 = 0x1.9884533d43651p-2;
static const double log2_e_f64 = 0x1.71547652b82fep+0, log2_e_low_f64 = 0x1.777d0ffda0d24p-56;
static const double ln2_f64 = 0x1.62e42fefa39efp-1;
static const double log10_2_f64 = 0x1.34413509f8p-2, log10_2_low_f64 = -0x1.80433b83b532ap-44;
static const double log10_e_f64 = 0x1.bcb7b1526e50ep-2, log10_e_low_f64 = 0x1.95355baaafad3p-57;
// A whole number up to 2^11 times the first part (41 bits) is exact.
static const double ln2_high_f64 = 0x1.62e42fefa3p-1, ln2_low_f64 = 0x1.3de6af278ece6p-42;
static const double window_most_f64 = 0x1p15;
static const double exp_max_f64 = 710, exp_min_f64 = -746;
static const double exp_normal_f64 = 708;
static const double exp2_max_f64 = 1024, exp2_min_f64 = -1076, exp2_normal_f64 = 1021;
static const double silu_min_f64 = -752, erf_max_f64 = 6.05, gauss_max_f64 = 27.4, normal_max_f64 = 38.8;
static const double expm1_min_f64 = -60;
static const double linear_f64 = 0x1p-54;

// (exp(r) - 1 - r) / r², |r| <= ln(2)/2: 2^-60.
static const double exp_rest_f64[] = {
    0x1p-1,                0x1.5555555555557p-3,   0x1.5555555555558p-5,  0x1.11111111100d8p-7,
    0x1.6c16c16c151f8p-10, 0x1.a01a01abe9f67p-13, 0x1.a01a01acfcaa9p-16, 0x1.71de022b5df3dp-19,
    0x1.27e4ccc928523p-22, 0x1.af4df65dc3855p-26, 0x1.1f8b549fc0510p-29};

// (2 artanh(√z)/√z - 2) / z, 0 <= z <= (3 - 2√2)²: 2^-57.
static const double log_rest_f64[] = {0x1.5555555555558p-1, 0x1.9999999995223p-2, 0x1.2492492e03e8dp-2,
                                      0x1.c71c62d039724p-3, 0x1.7462ba2909896p-3, 0x1.39fdb92b890bdp-3,
                                      0x1.2b5fc00500b64p-3};

// -log(erfc(x)) / x - 1, 0 <= x <= 6.05: 2^-57.3.
static const double erf_exponent_f64[] = {
    0x1.06eba8214db69p-3, 0x1.45f306dc9c896p-1, 0x1.a4f4e2a1b2255p-4, -0x1.39668593e0fcdp-6, -0x1.b6b68bba782d1p-13,
    0x1.bca67ba1ffb94p-10, -0x1.35654dc726639p-11, 0x1.b22af18929629p-16, 0x1.0e8026866fc25p-14,
    -0x1.f2b433051a762p-16, 0x1.c987fcf6c51cap-19, 0x1.7c4262a9085ebp-19, -0x1.d2f811e58976p-20,
    0x1.67858a2666096p-22, 0x1.28acd3eecda93p-23, -0x1.317c6fb5860aep-23, 0x1.1b2e923bf71f5p-24,
    -0x1.6940878a966a6p-26, 0x1.589669291f4b4p-28, -0x1.f523c5b40853p-31, 0x1.13a649bb19a77p-33,
    -0x1.bdb7b13d6841dp-37, 0x1.f471cb1f7d2bdp-41, -0x1.5cb7a1b000e94p-45, 0x1.c649525f0e387p-51};

// 1 / (exp(x²)·erfc(x)) - √π·x, 0 <= x <= 27.5, a quotient of polynomials whose first term, 1, is
// left out: 2^-57.8.
static const double root_pi_f64 = 0x1.c5bf891b4ef6bp+0, root_pi_low_f64 = -0x1.618f13eb7ca89p-54;
static const double root_half_pi_f64 = 0x1.40d931ff62706p+0, root_half_pi_low_f64 = -0x1.a6a0d6f814637p-54;
static const double tail_above_f64[] = {
    0x1.c06c725b77b97p+0, 0x1.91a96694ce807p+0, 0x1.d31d568b799a7p-1, 0x1.7f01b81d1e881p-2,
    0x1.c7d495fdde8a8p-4, 0x1.88a89d6fecc95p-6, 0x1.d8b91a230007cp-9, 0x1.6ada24d87c12fp-12, 0x1.11d3617ff537dp-16};
static const double tail_below_f64[] = {
    0x1.32a743394e7c8p+1, 0x1.6b5d26a6f2c9fp+1, 0x1.13b3a8a17f969p+1, 0x1.26269910e8f3bp+0,
    0x1.cb44c1699b5fep-2, 0x1.0973e83e196d6p-3, 0x1.c1771ae685ad7p-6, 0x1.0be9915f34d4ap-8, 0x1.996f4d9d72c2ap-12,
    0x1.34faae559a2f3p-16};

// (erf(y)/y - 2/√π) / y² of y², y <= 0.65: 2^-69.
static const double two_over_root_pi_f64 = 0x1.20dd750429b6dp+0, two_over_root_pi_low_f64 = 0x1.1ae3a914fed80p-56;
static const double erf_rest_f64[] = {
    -0x1.812746b0379e7p-2, 0x1.ce2f21a042be2p-4, -0x1.b82ce31288b23p-6, 0x1.565bcd0e68ad5p-8, -0x1.c02db3ff463acp-11, 0x1.f9a326a30b804p-14, -0x1.f4d24985e2549p-17, 0x1.b9e42ffa1c896p-20, -0x1.5f388dd3d0162p-23, 0x1.f618f5988849ep-27, -0x1.1af26d774897cp-30};

// (sin(r) - r) / r³ of r², |r| <= π/4: 2^-58; (cos(r) - 1 + r²/2) / r⁴: 2^-64.
static const double sin_rest_f64[] = {
    -0x1.5555555555548p-3, 0x1.111111110f7cap-7, -0x1.a01a019bfd1a4p-13, 0x1.71de356713315p-19,
    -0x1.ae5e59f5a1e46p-26, 0x1.5d8fa3026ef53p-33};
static const double cos_rest_f64[] = {
    0x1.555555555554bp-5, -0x1.6c16c16c14f8ap-10, 0x1.a01a019c839dbp-16, -0x1.27e4f7ea3fb7p-22, 0x1.1ee9d75762c74p-29,
    -0x1.8fa4681544353p-37};

// (asin(q) - q) / q³ of q², |q| <= 1/2: 2^-60; (atan(q) - q) / q³, |q| <= √2 - 1: 2^-59.
static const double asin_rest_f64[] = {
    0x1.5555555555577p-3, 0x1.333333332e08dp-4, 0x1.6db6db7219e21p-5, 0x1.f1c71a9223ec4p-6, 0x1.6e8bdf30536dfp-6,
    0x1.1c49eaa686c32p-6, 0x1.ca2018f9fdc8cp-7, 0x1.7580fd503591cp-7, 0x1.61568e05a3bc2p-7, 0x1.e464b17ca6ca6p-9,
    0x1.6418c99bce9d8p-6, -0x1.58b0e8240c85ep-6, 0x1.0b7fed33dc71p-5};
static const double atan_rest_f64[] = {
    -0x1.555555555553dp-2, 0x1.99999999957c6p-3, -0x1.24924922aa1fep-3, 0x1.c71c70e4fbb49p-4, -0x1.745cf8c14c98bp-4,
    0x1.3b11176d9ec23p-4, -0x1.10eba6fab00d1p-4, 0x1.df0e654ac0b89p-5, -0x1.9ccf035214b7ap-5, 0x1.37cce024a8248p-5,
    -0x1.25587707bb7c7p-6};
static const double half_pi_f64 = 0x1.921fb54442d18p+0, half_pi_low_f64 = 0x1.1a62633145c07p-54;
static const double quarter_pi_f64 = 0x1.921fb54442d18p-1, quarter_pi_low_f64 = 0x1.1a62633145c07p-55;
static const double pi_f64 = 0x1.921fb54442d18p+1, pi_low_f64 = 0x1.1a62633145c07p-53;
static const double huge_f64 = 0x1p1021;
static const double square_safe_f64 = 0x1p450, square_scale_f64 = 0x1p700;
static const double large_f64 = 0x1p28;

// (sinh(x) - x) / x³ of x², |x| <= 1: 2^-63.
static const double sinh_rest_f64[] = {
    0x1.5555555555556p-3, 0x1.11111111110a5p-7, 0x1.a01a01a028ac7p-13, 0x1.71de3a464bbdbp-19, 0x1.ae646727d1f9bp-26,
    0x1.611a50fae891ep-33, 0x1.b4c8f6c054fe1p-41};
#endif
