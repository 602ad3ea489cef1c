// SHA-256 by the processor's own instructions, which Swift cannot spell. Whoever calls has asked swiftlet_has_sha256().
#ifndef SWIFTLET_SHA256_H
#define SWIFTLET_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu_features.h"

#if defined(__x86_64__)
#include <immintrin.h>

// The SHA extensions, and SSSE3 and SSE4.1 for the shuffles.
static inline bool swiftlet_has_sha256(void) {
  return swiftlet_cpuid_bit(7, 0, 1, 29) && swiftlet_cpuid_bit(1, 0, 2, 9) && swiftlet_cpuid_bit(1, 0, 2, 19);
}

// Mixes `count` blocks of 64 bytes into the eight words of the state; `constants` are the 64 of FIPS 180-4.
__attribute__((target("sha,ssse3,sse4.1"), noinline, unused)) static void swiftlet_sha256_blocks(
    uint32_t *state, const uint8_t *blocks, size_t count, const uint32_t *constants) {
  const __m128i big_endian = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
  // The instruction wants the words in two registers: a b e f, and c d g h, the first one highest.
  __m128i abef = _mm_set_epi32((int)state[0], (int)state[1], (int)state[4], (int)state[5]);
  __m128i cdgh = _mm_set_epi32((int)state[2], (int)state[3], (int)state[6], (int)state[7]);
  for (; count > 0; count--, blocks += 64) {
    const __m128i old_abef = abef, old_cdgh = cdgh;
    // Four words of the schedule in each; a quarter is made anew when its rounds are done.
    __m128i words[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++)
      words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(blocks + 16 * i)), big_endian);
#pragma clang loop unroll(full)
    for (int quarter = 0; quarter < 16; quarter++) {
      const int i = quarter % 4;
      __m128i sum = _mm_add_epi32(words[i], _mm_loadu_si128((const __m128i *)(constants + 4 * quarter)));
      // Each does two rounds; what was a b e f is c d g h behind them.
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
      if (quarter < 12) {
        __m128i middle = _mm_alignr_epi8(words[(i + 3) % 4], words[(i + 2) % 4], 4);
        __m128i next = _mm_add_epi32(_mm_sha256msg1_epu32(words[i], words[(i + 1) % 4]), middle);
        words[i] = _mm_sha256msg2_epu32(next, words[(i + 3) % 4]);
      }
    }
    abef = _mm_add_epi32(abef, old_abef);
    cdgh = _mm_add_epi32(cdgh, old_cdgh);
  }
  state[0] = (uint32_t)_mm_extract_epi32(abef, 3);
  state[1] = (uint32_t)_mm_extract_epi32(abef, 2);
  state[2] = (uint32_t)_mm_extract_epi32(cdgh, 3);
  state[3] = (uint32_t)_mm_extract_epi32(cdgh, 2);
  state[4] = (uint32_t)_mm_extract_epi32(abef, 1);
  state[5] = (uint32_t)_mm_extract_epi32(abef, 0);
  state[6] = (uint32_t)_mm_extract_epi32(cdgh, 1);
  state[7] = (uint32_t)_mm_extract_epi32(cdgh, 0);
}

#else

static inline bool swiftlet_has_sha256(void) { return false; }
static inline void swiftlet_sha256_blocks(
    uint32_t *state, const uint8_t *blocks, size_t count, const uint32_t *constants) {}

#endif
#endif
