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
typedef uint8_t swiftlet_unsigned_bytes __attribute__((ext_vector_type(SWIFTLET_LANES), aligned(1), may_alias));

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

// Signed bytes.
SWIFTLET_LEAF swiftlet_vector swiftlet_load_int8(const int8_t *from) {
  return __builtin_convertvector(*(const swiftlet_bytes *)from, swiftlet_vector);
}

// Bytes, each in a word, for swiftlet_low_nibbles.
SWIFTLET_LEAF swiftlet_words swiftlet_load_nibbles(const uint8_t *from) {
  return __builtin_convertvector(*(const swiftlet_unsigned_bytes *)from, swiftlet_words);
}

// The lower four bits of each word, 0 to 15, as the numbers -8 to 7.
SWIFTLET_LEAF swiftlet_vector swiftlet_low_nibbles(swiftlet_words words) {
#if defined(__AVX512F__)
  // The instruction looks at the lower four bits only: a table of the sixteen numbers converts them.
  const __m512 numbers = _mm512_set_ps(7, 6, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5, -6, -7, -8);
  return _mm512_permutexvar_ps((__m512i)words, numbers);
#else
  return __builtin_convertvector((swiftlet_mask)(words & 15), swiftlet_vector) - 8;
#endif
}

// The upper four bits of each byte.
SWIFTLET_LEAF swiftlet_vector swiftlet_high_nibbles(swiftlet_words words) { return swiftlet_low_nibbles(words >> 4); }

#undef SWIFTLET_LEAF
#undef SWIFTLET_LANES
#endif
