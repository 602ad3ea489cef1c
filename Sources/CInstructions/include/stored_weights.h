// Weights in the forms in which they are stored, as the vectors of vectors.h: whole vectors only, as rows are padded.
#ifndef SWIFTLET_STORED_WEIGHTS_H
#define SWIFTLET_STORED_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "vectors.h"

#if defined(__AVX512F__)
#define SWIFTLET_LANES 16
#elif defined(__AVX2__)
#define SWIFTLET_LANES 8
#else
#define SWIFTLET_LANES 4
#endif
#define SWIFTLET_LEAF static inline __attribute__((always_inline))

typedef uint16_t swiftlet_halves __attribute__((ext_vector_type(SWIFTLET_LANES), aligned(2), may_alias));
typedef uint32_t swiftlet_words __attribute__((ext_vector_type(SWIFTLET_LANES)));
typedef int8_t swiftlet_bytes __attribute__((ext_vector_type(SWIFTLET_LANES), aligned(1), may_alias));
typedef int16_t swiftlet_shorts __attribute__((ext_vector_type(SWIFTLET_LANES), aligned(2), may_alias));
typedef uint8_t swiftlet_bytes16 __attribute__((ext_vector_type(16), aligned(1), may_alias));
typedef int8_t swiftlet_signed_bytes16 __attribute__((ext_vector_type(16)));
typedef int16_t swiftlet_shorts16 __attribute__((ext_vector_type(16)));
typedef int32_t swiftlet_words16 __attribute__((ext_vector_type(16)));
typedef float swiftlet_floats16 __attribute__((ext_vector_type(16), aligned(4), may_alias));

// bfloat16 numbers.
SWIFTLET_LEAF swiftlet_vector swiftlet_load_bfloat16(const uint16_t *from) {
  return (swiftlet_vector)(__builtin_convertvector(*(const swiftlet_halves *)from, swiftlet_words) << 16);
}

// One bfloat16 number in every lane.
SWIFTLET_LEAF swiftlet_vector swiftlet_broadcast_bfloat16(const uint16_t *from) {
#if defined(__AVX512BW__)
  return (swiftlet_vector)_mm512_slli_epi32(_mm512_set1_epi16((short)*from), 16);
#elif defined(__AVX2__)
  return (swiftlet_vector)_mm256_slli_epi32(_mm256_set1_epi16((short)*from), 16);
#else
  return (swiftlet_vector)((swiftlet_words)((uint32_t)*from << 16));
#endif
}

// Whole numbers of 16 bits, to memory of any alignment.
SWIFTLET_LEAF void swiftlet_store_int16(swiftlet_vector vector, void *to) {
  *(swiftlet_shorts *)to = __builtin_convertvector(vector, swiftlet_shorts);
}

// Whole numbers of 8 bits.
SWIFTLET_LEAF void swiftlet_store_int8(swiftlet_vector vector, int8_t *to) {
  *(swiftlet_bytes *)to = __builtin_convertvector(vector, swiftlet_bytes);
}

// The products of a group's 32 numbers of 16 bits with 32 signed bytes: exact sums of some of them in each lane.
SWIFTLET_LEAF swiftlet_vector swiftlet_multiply_int8(const void *x, const void *bytes) {
#if defined(__AVX512BW__)
  __m512i wide = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)bytes));
  return _mm512_cvtepi32_ps(_mm512_madd_epi16(_mm512_loadu_si512(x), wide));
#elif defined(__AVX2__)
  __m256i low = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)bytes));
  __m256i high = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)bytes + 1));
  low = _mm256_madd_epi16(_mm256_loadu_si256((const __m256i *)x), low);
  high = _mm256_madd_epi16(_mm256_loadu_si256((const __m256i *)x + 1), high);
  return _mm256_cvtepi32_ps(_mm256_add_epi32(low, high));
#else
  swiftlet_mask sum = 0;
  for (int k = 0; k < 32; k += SWIFTLET_LANES) {
    sum += __builtin_convertvector(((const swiftlet_shorts *)x)[k / SWIFTLET_LANES], swiftlet_mask)
        * __builtin_convertvector(((const swiftlet_bytes *)bytes)[k / SWIFTLET_LANES], swiftlet_mask);
  }
  return __builtin_convertvector(sum, swiftlet_vector);
#endif
}

// The scales of the first `groups` of a unit, bfloat16 numbers, each in four lanes; zeros behind them.
SWIFTLET_LEAF swiftlet_vector swiftlet_load_scales_of_groups(const uint16_t *from, ptrdiff_t groups) {
#if defined(__AVX512BW__)
  const __m512i upper_halves = _mm512_set_epi64(
      0x0706808007068080, 0x0706808007068080, 0x0504808005048080, 0x0504808005048080,
      0x0302808003028080, 0x0302808003028080, 0x0100808001008080, 0x0100808001008080);
  __m128i scales = groups >= 4 ? _mm_loadl_epi64((const __m128i *)from)
                               : _mm_maskz_loadu_epi16((__mmask8)((1u << groups) - 1), from);
  return (swiftlet_vector)_mm512_shuffle_epi8(_mm512_broadcastq_epi64(scales), upper_halves);
#elif defined(__AVX2__)
  const __m256i upper_halves = _mm256_set_epi64x(
      0x0302808003028080, 0x0302808003028080, 0x0100808001008080, 0x0100808001008080);
  uint32_t scales = groups >= 2 ? from[0] | (uint32_t)from[1] << 16 : from[0];
  return (swiftlet_vector)_mm256_shuffle_epi8(_mm256_set1_epi32((int)scales), upper_halves);
#else
  (void)groups;
  return swiftlet_broadcast_bfloat16(from);
#endif
}

// The products of a unit of groups, whose weights have four bits, with x as StoredInputs has it: byte j of a group's
// sixteen has weight j in its lower half and weight j + 16 in its upper one. Exact sums, in four lanes of each group;
// weights behind the first `groups` are not touched.
SWIFTLET_LEAF swiftlet_vector swiftlet_multiply_nibbles(const void *x, const void *nibbles, ptrdiff_t groups) {
#if defined(__AVX512BW__)
  const __m512i *inputs = (const __m512i *)x;
  const __m512i lower_half = _mm512_set1_epi8(15);
  __m512i both = groups >= 4 ? _mm512_loadu_si512(nibbles)
                             : _mm512_maskz_loadu_epi64((__mmask8)((1u << (2 * groups)) - 1), nibbles);
  __m512i first = _mm512_and_si512(both, lower_half);
  __m512i second = _mm512_and_si512(_mm512_srli_epi16(both, 4), lower_half);
  // Of four products each, at most 4 * 15 * 128.
  __m512i upper = _mm512_add_epi16(_mm512_maddubs_epi16(first, inputs[0]), _mm512_maddubs_epi16(second, inputs[1]));
  __m512i lower = _mm512_add_epi16(_mm512_maddubs_epi16(first, inputs[2]), _mm512_maddubs_epi16(second, inputs[3]));
  __m512i sums = _mm512_add_epi32(_mm512_madd_epi16(upper, _mm512_set1_epi16(256)), inputs[4]);
  return _mm512_cvtepi32_ps(_mm512_add_epi32(_mm512_madd_epi16(lower, _mm512_set1_epi16(1)), sums));
#elif defined(__AVX2__)
  const __m256i *inputs = (const __m256i *)x;
  const __m256i lower_half = _mm256_set1_epi8(15);
  __m256i both = groups >= 2 ? _mm256_loadu_si256((const __m256i *)nibbles)
                             : _mm256_zextsi128_si256(_mm_loadu_si128((const __m128i *)nibbles));
  __m256i first = _mm256_and_si256(both, lower_half);
  __m256i second = _mm256_and_si256(_mm256_srli_epi16(both, 4), lower_half);
  __m256i upper = _mm256_add_epi16(_mm256_maddubs_epi16(first, inputs[0]), _mm256_maddubs_epi16(second, inputs[1]));
  __m256i lower = _mm256_add_epi16(_mm256_maddubs_epi16(first, inputs[2]), _mm256_maddubs_epi16(second, inputs[3]));
  __m256i sums = _mm256_add_epi32(_mm256_madd_epi16(upper, _mm256_set1_epi16(256)), inputs[4]);
  return _mm256_cvtepi32_ps(_mm256_add_epi32(_mm256_madd_epi16(lower, _mm256_set1_epi16(1)), sums));
#else
  (void)groups;
  const swiftlet_signed_bytes16 *inputs = (const swiftlet_signed_bytes16 *)x;
  swiftlet_bytes16 both = *(const swiftlet_bytes16 *)nibbles;
  swiftlet_shorts16 first = __builtin_convertvector(both & 15, swiftlet_shorts16);
  swiftlet_shorts16 second = __builtin_convertvector(both >> 4, swiftlet_shorts16);
  swiftlet_shorts16 upper = first * __builtin_convertvector(inputs[0], swiftlet_shorts16)
      + second * __builtin_convertvector(inputs[1], swiftlet_shorts16);
  swiftlet_shorts16 lower = first * __builtin_convertvector(inputs[2], swiftlet_shorts16)
      + second * __builtin_convertvector(inputs[3], swiftlet_shorts16);
  swiftlet_words16 sums = __builtin_convertvector(upper, swiftlet_words16) * 256
      + __builtin_convertvector(lower, swiftlet_words16);
  swiftlet_mask beginning = ((const swiftlet_mask *)x)[4];
  return __builtin_convertvector(
      (sums.lo.lo + sums.lo.hi) + (sums.hi.lo + sums.hi.hi) + beginning, swiftlet_vector);
#endif
}

// A group of 32 signed bytes to floats of any alignment.
SWIFTLET_LEAF void swiftlet_widen_int8(const void *bytes, float scale, float *to) {
  for (int half = 0; half < 2; half++) {
    swiftlet_signed_bytes16 numbers = (swiftlet_signed_bytes16)((const swiftlet_bytes16 *)bytes)[half];
    ((swiftlet_floats16 *)to)[half] = __builtin_convertvector(numbers, swiftlet_floats16) * scale;
  }
}

// A group of 32 numbers of four bits, which stand for -8 to 7, to floats of any alignment.
SWIFTLET_LEAF void swiftlet_widen_nibbles(const void *nibbles, float scale, float *to) {
  swiftlet_bytes16 both = *(const swiftlet_bytes16 *)nibbles;
  swiftlet_words16 first = __builtin_convertvector(both & 15, swiftlet_words16) - 8;
  swiftlet_words16 second = __builtin_convertvector(both >> 4, swiftlet_words16) - 8;
  ((swiftlet_floats16 *)to)[0] = __builtin_convertvector(first, swiftlet_floats16) * scale;
  ((swiftlet_floats16 *)to)[1] = __builtin_convertvector(second, swiftlet_floats16) * scale;
}

#undef SWIFTLET_LEAF
#undef SWIFTLET_LANES
#endif
