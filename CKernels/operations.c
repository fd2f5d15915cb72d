// What is known of each operation and type.
#include "program.h"

const ck_operation_info ck_operations[CK_OPERATION_COUNT] = {
#define CK_DOMAIN_real true, false
#define CK_DOMAIN_whole false, true
#define CK_DOMAIN_any false, false
#define CK_INFO(name, arity, domain, cost, ulp32, ulp64) {#name, arity, CK_DOMAIN_##domain, cost, ulp32, ulp64},
    CK_OPERATIONS(CK_INFO)
#undef CK_INFO
};

ck_operation_info ck_describe(ck_operation operation) { return ck_operations[operation]; }

ck_operation ck_amounts_to(ck_operation operation, ck_dtype compute, const void *b, bool b_repeats) {
  if (operation != CK_pow || !b_repeats) return operation;
  bool two = false;
  switch (compute) {
  case CK_FLOAT32: two = *(const float *)b == 2; break;
  case CK_FLOAT64: two = *(const double *)b == 2; break;
  case CK_INT32: two = *(const int32_t *)b == 2; break;
  default: two = *(const int64_t *)b == 2;
  }
  return two ? CK_square : operation;
}
