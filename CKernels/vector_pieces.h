// float32: the coefficients of the pieces that vector_pieces.inc has functions cut in, lowest first, of each for all eight or sixteen. A
// piece has the number that the last three or four bits of its name are, so those that begin below 2 come last.
//
// Each piece is a minimax fit of the function's relative error made for this file (Remez exchange in 30 digits; a coefficient is rounded
// before what follows it is fitted); its largest error is named.
#ifndef CK_VECTOR_PIECES
#define CK_VECTOR_PIECES

// tanh(x), 0 <= x <= 9.1: 2^-24.7.
static const float tanh_step_f32 = 0.625f;
static const float tanh_pieces_f32[][16] = {
    {0x1.1bf47ep-1f, 0x1.77d838p-1f, 0x1.b2523cp-1f, 0x1.d4e6f4p-1f, 0x1.e878ap-1f, 0x1.f92582p-1f, 0x1.fe06ecp-1f, 0x1.ff6f18p-1f, 0x1.ffd678p-1f, 0x1.fffc98p-1f, 0x1.ffffb8p-1f, 0x1.fffffap-1f, 0, 0x1.3d6bc8p-3f, 0x1.35f98ap-2f, 0x1.bfae6ap-2f},
    {0x1.628512p-1f, 0x1.d835e2p-2f, 0x1.1f24f6p-2f, 0x1.4a4694p-3f, 0x1.6fcbe8p-4f, 0x1.b3accap-6f, 0x1.f7efa6p-8f, 0x1.2188c2p-9f, 0x1.4bb712p-11f, 0x1.ab1992p-15f, 0x1.3a2596p-18f, 0x1.1d4e5ep-21f, 0x1p+0f, 0x1.f3b33ep-1f, 0x1.d11578p-1f, 0x1.9e24p-1f},
    {-0x1.894604p-2f, -0x1.5ac096p-2f, -0x1.e72d1ep-3f, -0x1.2e9644p-3f, -0x1.5eac48p-4f, -0x1.ad78fep-6f, -0x1.f3a1d8p-8f, -0x1.1f973cp-9f, -0x1.470edap-11f, -0x1.758328p-15f, -0x1.ccc6a6p-18f, -0x1.ec28c2p-20f, 0x1.fadb82p-21f, -0x1.35ab76p-3f, -0x1.199198p-2f, -0x1.6a3352p-2f},
    {-0x1.215ec8p-6f, 0x1.89ad24p-4f, 0x1.bce356p-4f, 0x1.50323cp-4f, 0x1.a5aab4p-5f, 0x1.13b12ap-6f, 0x1.3e9f3ep-8f, 0x1.6e977ep-10f, 0x1.94a74ep-12f, 0x1.15b9bep-16f, 0x1.1eee8ep-17f, 0x1.2d218p-18f, -0x1.55637ep-2f, -0x1.367ce6p-2f, -0x1.c2145ap-3f, -0x1.d3853p-4f},
    {0x1.1bc86p-3f, 0x1.26693ap-5f, -0x1.f80ca8p-7f, -0x1.cb0c04p-6f, -0x1.49174ep-6f, -0x1.e2d6dep-8f, -0x1.053a8ap-9f, -0x1.28595ap-11f, -0x1.3411bcp-13f, 0x1.f51a5cp-20f, -0x1.aefe4p-18f, -0x1.559996p-18f, 0x1.e0981cp-11f, 0x1.c07086p-4f, 0x1.4c0562p-3f, 0x1.54cdc6p-3f},
    {-0x1.00e4e6p-4f, -0x1.186fb4p-5f, -0x1.205d34p-7f, 0x1.54764ap-8f, 0x1.0b1d2ap-8f, 0x1.cdfed6p-10f, 0x1.984dd8p-12f, 0x1.b6db6ep-14f, 0x1.b5ac94p-16f, -0x1.39c3c2p-19f, 0x1.00a52ap-19f, 0x1.15b8f4p-19f, 0x1.066bcp-3f, 0x1.e8b042p-5f, 0x1.11b5dcp-6f, -0x1.079d7ep-5f},
};

// erf(x), 0 <= x <= 4.03: 2^-24.8.
static const float erf_step_f32 = 1.34375f;
static const float erf_pieces_f32[][16] = {
    {0x1.e29e22p-1f, 0x1.f7068cp-1f, 0x1.fdc3e8p-1f, 0x1.ff8c5cp-1f, 0x1.ffed16p-1f, 0x1.fffd8p-1f, 0x1.ffffbcp-1f, 0x1.fffffap-1f, 0, 0x1.808aecp-3f, 0x1.760abap-2f, 0x1.0c4004p-1f, 0x1.50e24cp-1f, 0x1.87b56p-1f, 0x1.b11c3cp-1f, 0x1.ceab0ap-1f},
    {-0x1.a10a08p-1f, -0x1.dd9c76p-1f, -0x1.f60fcap-1f, -0x1.fdb4fcp-1f, -0x1.ff93cap-1f, -0x1.ffefap-1f, -0x1.fffe2p-1f, -0x1.ffffb8p-1f, 0x1.06eba8p-3f, 0x1.8d4248p-4f, 0x1.04df86p-7f, -0x1.fe9586p-4f, -0x1.20485cp-2f, -0x1.c546bp-2f, -0x1.2ec57p-1f, -0x1.6f02f4p-1f},
    {-0x1.feac3ep-3f, -0x1.ce01bep-4f, -0x1.4097e6p-5f, -0x1.5ad1e6p-7f, -0x1.280708p-9f, -0x1.e2ada2p-12f, -0x1.a4f298p-15f, -0x1.9a5efep-16f, 0x1.9bedc2p-21f, -0x1.79403p-3f, -0x1.5ace5cp-2f, -0x1.c3cbe8p-2f, -0x1.ee9626p-2f, -0x1.df0526p-2f, -0x1.a5d3dcp-2f, -0x1.551258p-2f},
    {0x1.4de022p-3f, 0x1.a9a114p-4f, 0x1.7a07a4p-5f, 0x1.f966ap-7f, 0x1.082b82p-8f, 0x1.82bcfep-10f, 0x1.ecdcc8p-14f, 0x1.6e7c4cp-13f, -0x1.813146p-2f, -0x1.620e94p-2f, -0x1.09641ap-2f, -0x1.22576cp-3f, -0x1.332426p-6f, 0x1.23f5bep-4f, 0x1.22236ep-3f, 0x1.5980b4p-3f},
    {-0x1.175b7ep-5f, -0x1.a07e7p-5f, -0x1.10d356p-5f, -0x1.edcc46p-7f, -0x1.50788p-8f, -0x1.cb739ep-9f, -0x1.7d7702p-13f, -0x1.2cda94p-11f, 0x1.33b88ep-11f, 0x1.854b24p-4f, 0x1.36c69ap-3f, 0x1.612c7cp-3f, 0x1.1c7d1ap-3f, 0x1.450526p-3f, 0x1.f33e26p-5f, -0x1.178a2p-9f},
    {-0x1.97b1b6p-7f, 0x1.1d6172p-7f, 0x1.94fa36p-7f, 0x1.0d02c2p-7f, 0x1.d713c6p-9f, 0x1.e30cf8p-9f, 0x1.180bdp-13f, 0x1.62e0dcp-11f, 0x1.c1ae7ap-4f, 0x1.49111ep-4f, 0x1.c1cf7cp-5f, 0x1.31b6d4p-6f, 0x1.895b4p-6f, -0x1.346a6ap-3f, -0x1.e1f434p-5f, -0x1.d69928p-7f},
};

// exp(x²/2)·erfc(x/√2)/2, 0 <= x <= 14.9: 2^-24.7.
static const float tail_pieces_f32[][8] = {
    {0x1.0bdb2ep-2f, 0x1.5845dcp-3f, 0x1.f1b89cp-4f, 0x1.3b0fbcp-4f, 0x1.c9e12p-5f, 0x1.26b4dp-5f, 0x1p-1f, 0x1.66027ap-2f},
    {-0x1.19523cp-3f, -0x1.00f958p-4f, -0x1.19cebp-5f, -0x1.d61422p-7f, -0x1.f7d4b2p-8f, -0x1.a5dbp-9f, -0x1.988452p-2f, -0x1.cb04fp-3f},
    {0x1.fcc2bep-5f, 0x1.5d0ff8p-6f, 0x1.2bfc7ap-7f, 0x1.541432p-9f, 0x1.104fbep-10f, 0x1.2ba0cep-12f, 0x1.ffffaap-3f, 0x1.e63512p-4f},
    {-0x1.9aa58p-6f, -0x1.b461a4p-8f, -0x1.2e0244p-9f, -0x1.dc7b9ep-12f, -0x1.205ee8p-13f, -0x1.a6c5b2p-16f, -0x1.1052c4p-3f, -0x1.bacf7p-5f},
    {0x1.2c59bp-7f, 0x1.e3964cp-10f, 0x1.1c8f2ep-11f, 0x1.3a74d2p-14f, 0x1.246f66p-16f, 0x1.28a36ap-19f, 0x1.ff42bep-5f, 0x1.26b112p-6f},
    {-0x1.8464bap-9f, -0x1.7173p-12f, -0x1.d7aaap-14f, -0x1.5a74fep-17f, -0x1.05a7fcp-19f, -0x1.94d7b8p-23f, -0x1.ac9da2p-6f, 0x1.5ea6ap-8f},
    {0x1.888a06p-11f, -0x1.493c1p-17f, 0x1.23e05ap-16f, 0x1.c66ed4p-21f, 0x1.5868e6p-23f, 0x1.d53bccp-27f, 0x1.2e8beep-7f, -0x1.1ac142p-6f},
    {-0x1.b6a79ap-14f, 0x1.5bd0b2p-16f, -0x1.77dbd4p-20f, -0x1.effacp-28f, -0x1.ce5ac6p-28f, -0x1.37dd9cp-31f, -0x1.0b5534p-9f, 0x1.607af4p-7f},
};

// erfc(x/√2)/2, 0 <= x <= 5.44, of what x is less than where its piece ends: 2^-24.6. x is in the piece that x·(below_square·x +
// below_line) rounds to.
static const float below_square_f32 = 0.23f, below_line_f32 = 0.125f;
static const float below_ends_f32[] = {0x1.3a3e4p+0f, 0x1.25f1fcp+1f, 0x1.84a6e2p+1f, 0x1.d1bfaap+1f, 0x1.0a3b2p+2f, 0x1.280ec6p+2f, 0x1.434872p+2f, 0x1.5c7ceep+2f};
static const float below_pieces_f32[][8] = {
    {0x1.c1cd6ap-4f, 0x1.62b806p-7f, 0x1.39dfc2p-10f, 0x1.1f5f0cp-13f, 0x1.0b2172p-16f, 0x1.f49844p-20f, 0x1.d72e24p-23f, 0x1.bcb136p-26f},
    {0x1.80a1dep-3f, 0x1.d3ea64p-6f, 0x1.044588p-8f, 0x1.16ebd8p-11f, 0x1.246392p-14f, 0x1.2df2ccp-17f, 0x1.346554p-20f, 0x1.3849f4p-23f},
    {0x1.d820e2p-4f, 0x1.0ca1cap-5f, 0x1.8b272ap-8f, 0x1.fb713cp-11f, 0x1.301758p-13f, 0x1.5d358cp-16f, 0x1.85721p-19f, 0x1.a921c8p-22f},
    {0x1.04603ep-6f, 0x1.4d506cp-6f, 0x1.645852p-8f, 0x1.1c89f4p-10f, 0x1.8cfb44p-13f, 0x1.00832p-15f, 0x1.3b08bcp-18f, 0x1.748f24p-21f},
    {-0x1.dab7cap-7f, 0x1.977fdcp-8f, 0x1.9c119ep-9f, 0x1.b082d2p-11f, 0x1.6ce684p-13f, 0x1.0d008ap-15f, 0x1.6d7ffap-18f, 0x1.dad138p-21f},
    {-0x1.68236ep-8f, -0x1.03f9c8p-12f, 0x1.0b3f04p-10f, 0x1.cf2a32p-12f, 0x1.ce46f4p-14f, 0x1.948f22p-16f, 0x1.3f7b34p-18f, 0x1.b7c486p-21f},
    {0x1.c43ea8p-16f, -0x1.8e7216p-11f, 0x1.f9533p-13f, 0x1.350b22p-13f, 0x1.230ebp-14f, 0x1.23c358p-16f, 0x1.d6ead8p-19f, 0x1.a601ccp-21f},
    {0x1.883bfp-10f, -0x1.edc218p-12f, -0x1.65a1a6p-13f, 0x1.6238e2p-15f, 0x1.499f72p-18f, 0x1.a005c6p-19f, 0x1.5b996ep-20f, 0x1.2c2184p-23f},
    {-0x1.44a5d8p-12f, 0x1.3d263ap-13f, -0x1.71534ep-17f, -0x1.12fa0ep-16f, 0x1.84e63ep-17f, 0x1.5d972p-18f, 0x1.85bb5cp-20f, 0x1.0600dp-21f},
};

#endif
