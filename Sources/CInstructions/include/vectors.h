// The vector of the compilation's target, and what Swift cannot say in one instruction: loads and stores of some
// lanes, selection by comparison, square roots. Each is one foreign call for Swift's optimiser, which gives up
// inlining in large functions, and one or two instructions for LLVM.
#ifndef SWIFTLET_VECTORS_H
#define SWIFTLET_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define SWIFTLET_LANES 16
#elif defined(__AVX2__)
#define SWIFTLET_LANES 8
#else
#define SWIFTLET_LANES 4
#endif
#define SWIFTLET_LEAF static inline __attribute__((always_inline))

typedef float swiftlet_vector __attribute__((ext_vector_type(SWIFTLET_LANES)));
typedef int32_t swiftlet_mask __attribute__((ext_vector_type(SWIFTLET_LANES)));
typedef float swiftlet_unaligned_vector __attribute__((ext_vector_type(SWIFTLET_LANES), aligned(4), may_alias));

// A whole vector from memory of any alignment.
SWIFTLET_LEAF swiftlet_vector swiftlet_load(const float *from) { return *(const swiftlet_unaligned_vector *)from; }

// A whole vector to memory of any alignment.
SWIFTLET_LEAF void swiftlet_store(swiftlet_vector vector, float *to) { *(swiftlet_unaligned_vector *)to = vector; }

// 0, 1, 2 ...
SWIFTLET_LEAF swiftlet_mask swiftlet_lane_numbers(void) {
  swiftlet_mask result;
  for (int lane = 0; lane < SWIFTLET_LANES; lane++) result[lane] = lane;
  return result;
}

// The vector with zero behind the first `count` lanes.
SWIFTLET_LEAF swiftlet_vector swiftlet_keep_first(ptrdiff_t count, swiftlet_vector vector) {
  return swiftlet_lane_numbers() < (swiftlet_mask)(int32_t)count ? vector : (swiftlet_vector)0;
}

// The first `count` lanes, at least one of them, and zeros; memory behind them is not touched.
SWIFTLET_LEAF swiftlet_vector swiftlet_load_first(const float *from, ptrdiff_t count) {
  if (count >= SWIFTLET_LANES) return swiftlet_load(from);
#if defined(__AVX512F__)
  return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
#elif defined(__AVX2__)
  return _mm256_maskload_ps(from, (__m256i)(swiftlet_lane_numbers() < (swiftlet_mask)(int32_t)count));
#else
  swiftlet_vector result = {from[0], 0, 0, 0};
  if (count > 1) result[1] = from[1];
  if (count > 2) result[2] = from[2];
  return result;
#endif
}

// The first `count` lanes, at least one of them; memory behind them is not touched.
SWIFTLET_LEAF void swiftlet_store_first(swiftlet_vector vector, float *to, ptrdiff_t count) {
  if (count >= SWIFTLET_LANES) {
    swiftlet_store(vector, to);
    return;
  }
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), vector);
#elif defined(__AVX2__)
  _mm256_maskstore_ps(to, (__m256i)(swiftlet_lane_numbers() < (swiftlet_mask)(int32_t)count), vector);
#else
  to[0] = vector[0];
  if (count > 1) to[1] = vector[1];
  if (count > 2) to[2] = vector[2];
#endif
}

// a * b + c, in one instruction and rounding where the target has one (the compiler may contract within an
// expression); two otherwise, never a library call.
SWIFTLET_LEAF swiftlet_vector swiftlet_multiply_add(swiftlet_vector a, swiftlet_vector b, swiftlet_vector c) {
#pragma STDC FP_CONTRACT ON
  return a * b + c;
}

// The larger or smaller of each lane; b where either is not a number.
SWIFTLET_LEAF swiftlet_vector swiftlet_larger(swiftlet_vector a, swiftlet_vector b) { return a > b ? a : b; }
SWIFTLET_LEAF swiftlet_vector swiftlet_smaller(swiftlet_vector a, swiftlet_vector b) { return a < b ? a : b; }

// `yes` where a > b, otherwise `no`, also where either is not a number.
SWIFTLET_LEAF swiftlet_vector swiftlet_select_greater(
    swiftlet_vector a, swiftlet_vector b, swiftlet_vector yes, swiftlet_vector no) {
  return a > b ? yes : no;
}

// The sum and the largest of the lanes, by halves.
typedef float swiftlet_vector4 __attribute__((ext_vector_type(4)));
SWIFTLET_LEAF float swiftlet_sum_of_lanes(swiftlet_vector x) {
#if SWIFTLET_LANES == 16
  float __attribute__((ext_vector_type(8))) eight = x.lo + x.hi;
  swiftlet_vector4 four = eight.lo + eight.hi;
#elif SWIFTLET_LANES == 8
  swiftlet_vector4 four = x.lo + x.hi;
#else
  swiftlet_vector4 four = x;
#endif
  return (four[0] + four[2]) + (four[1] + four[3]);
}
SWIFTLET_LEAF float swiftlet_largest_lane(swiftlet_vector x) {
#if SWIFTLET_LANES == 16
  float __attribute__((ext_vector_type(8))) eight = x.lo > x.hi ? x.lo : x.hi;
  swiftlet_vector4 four = eight.lo > eight.hi ? eight.lo : eight.hi;
#elif SWIFTLET_LANES == 8
  swiftlet_vector4 four = x.lo > x.hi ? x.lo : x.hi;
#else
  swiftlet_vector4 four = x;
#endif
  float even = four[0] > four[2] ? four[0] : four[2];
  float odd = four[1] > four[3] ? four[1] : four[3];
  return even > odd ? even : odd;
}

// Square roots, correctly rounded.
SWIFTLET_LEAF swiftlet_vector swiftlet_square_root(swiftlet_vector x) { return __builtin_elementwise_sqrt(x); }

// As many sums as the tile of a product has, none of which leaves its register: what the processor can do at most.
enum {
#if SWIFTLET_LANES == 16
  swiftlet_registers_of_sums = 24
#elif SWIFTLET_LANES == 8
  swiftlet_registers_of_sums = 12
#else
  swiftlet_registers_of_sums = 8
#endif
};
static inline __attribute__((noinline, unused)) void swiftlet_multiply_in_registers(ptrdiff_t steps) {
#pragma STDC FP_CONTRACT ON
  swiftlet_vector sums[swiftlet_registers_of_sums], factor = 0.5f;
#pragma clang loop unroll(full)
  for (int i = 0; i < swiftlet_registers_of_sums; i++) sums[i] = (float)i;
#pragma clang loop unroll(disable)
  for (ptrdiff_t step = 0; step < steps; step++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < swiftlet_registers_of_sums; i++) sums[i] = sums[i] * factor + factor;
  }
  for (int i = 1; i < swiftlet_registers_of_sums; i++) sums[0] += sums[i];
  // Somebody must want the result, or nothing is computed.
  float result = sums[0][0];
  __asm__ volatile("" : : "r"(&result) : "memory");
}

#undef SWIFTLET_LEAF
#undef SWIFTLET_LANES
#endif
