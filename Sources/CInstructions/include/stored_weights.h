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

// Numbers of 16 bits, of whole numbers between -32767 and 32767 or nearly so.
SWIFTLET_LEAF void swiftlet_store_int16(swiftlet_vector vector, int16_t *to) {
  // What is added has no bits behind the point to spare: the sum is rounded to a whole number, to an even one from halfway.
  const float shift = 12582912;
  *(swiftlet_shorts *)to = __builtin_convertvector((vector + shift) - shift, swiftlet_shorts);
}

// The products of a group's 32 numbers of 16 bits with 32 signed bytes: exact sums of some of them in each lane.
SWIFTLET_LEAF swiftlet_vector swiftlet_multiply_int8(const int16_t *x, const int8_t *bytes) {
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
    sum += __builtin_convertvector(*(const swiftlet_shorts *)(x + k), swiftlet_mask)
        * __builtin_convertvector(*(const swiftlet_bytes *)(bytes + k), swiftlet_mask);
  }
  return __builtin_convertvector(sum, swiftlet_vector);
#endif
}

// The same with 32 numbers of four bits, 0 to 15 for -8 to 7, as StoredMatrix has them.
SWIFTLET_LEAF swiftlet_vector swiftlet_multiply_nibbles(const int16_t *x, const uint8_t *nibbles) {
  swiftlet_bytes16 both = *(const swiftlet_bytes16 *)nibbles;
  int8_t __attribute__((ext_vector_type(32))) bytes;
  bytes.lo = __builtin_convertvector(both & 15, swiftlet_signed_bytes16) - 8;
  bytes.hi = __builtin_convertvector(both >> 4, swiftlet_signed_bytes16) - 8;
  return swiftlet_multiply_int8(x, (const int8_t *)&bytes);
}

#undef SWIFTLET_LEAF
#undef SWIFTLET_LANES
#endif
