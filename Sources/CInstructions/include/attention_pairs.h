// Attention's products of pairs of bfloat16 (bfloat16_pairs.h) whose depth is not the same for all rows, and what Swift
// cannot spell beside.
#ifndef SWIFTLET_ATTENTION_PAIRS_H
#define SWIFTLET_ATTENTION_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "ahead.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define SWIFTLET_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#define SWIFTLET_PAIRS SWIFTLET_TARGET __attribute__((noinline, unused)) static
#define SWIFTLET_PAIRS_PART SWIFTLET_TARGET static inline __attribute__((always_inline, unused))

// C = A * B for a tile of 12 x 16: half of swiftlet_multiply_tile_of_pairs.
SWIFTLET_PAIRS void swiftlet_multiply_half_tile_of_pairs(
    ptrdiff_t depth, const float *a, ptrdiff_t row_stride, const float *b, ptrdiff_t stride_of_b, float *c,
    ptrdiff_t stride_of_c) {
  __m512 sums[12];
#pragma clang loop unroll(full)
  for (int i = 0; i < 12; i++) sums[i] = _mm512_setzero_ps();
#pragma clang loop unroll(disable)
  for (ptrdiff_t k = 0; k < depth; k++) {
    __m512bh row = (__m512bh)_mm512_loadu_ps(b);
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++)
      sums[i] = _mm512_dpbf16_ps(sums[i], (__m512bh)_mm512_set1_ps(a[i * row_stride]), row);
    a++;
    b += stride_of_b;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 12; i++) _mm512_storeu_ps(c + i * stride_of_c, sums[i]);
}

// One pair of a corner: in the last corner row i takes part up to step `odd + i` of single depth, in the first one from
// there on. A row that needs half of a pair gets the other half of B as zero, since zero times NaN is no zero.
SWIFTLET_PAIRS_PART void swiftlet_multiply_corner_pair(
    __m512 sums[12][2], const float *a, ptrdiff_t row_stride, const float *b, int pair, int odd, bool is_first) {
  __m512i b0 = _mm512_loadu_si512(b), b1 = _mm512_loadu_si512(b + 16);
  const __m512i kept = _mm512_set1_epi32(is_first ? (int)0xFFFF0000 : 0x0000FFFF);
  __m512i half0 = _mm512_and_si512(b0, kept), half1 = _mm512_and_si512(b1, kept);
#pragma clang loop unroll(full)
  for (int i = 0; i < 12; i++) {
    int border = odd + i;
    bool whole = is_first ? 2 * pair >= border : 2 * pair + 2 <= border;
    bool half = 2 * pair + 1 == border;
    if (!whole && !half) continue;
    __m512bh element = (__m512bh)_mm512_set1_ps(a[i * row_stride]);
    sums[i][0] = _mm512_dpbf16_ps(sums[i][0], element, (__m512bh)(whole ? b0 : half0));
    sums[i][1] = _mm512_dpbf16_ps(sums[i][1], element, (__m512bh)(whole ? b1 : half1));
  }
}

SWIFTLET_PAIRS_PART void swiftlet_multiply_cornered(
    ptrdiff_t first_from, ptrdiff_t first_to, ptrdiff_t depth, ptrdiff_t last_from, ptrdiff_t last_to, int odd,
    const float *a, ptrdiff_t row_stride, ptrdiff_t depth_stride, const float *b, ptrdiff_t stride_of_b, float *c,
    ptrdiff_t stride_of_c, bool accumulates) {
  __m512 sums[12][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < 12; i++) sums[i][0] = sums[i][1] = _mm512_setzero_ps();
  if (first_to > first_from) {
#pragma clang loop unroll(full)
    for (int pair = 0; pair < 6; pair++) {
      if (pair < first_from || pair >= first_to) continue;
      swiftlet_multiply_corner_pair(sums, a, row_stride, b, pair, odd, true);
      a += depth_stride;
      b += stride_of_b;
    }
  }
#pragma clang loop unroll(disable)
  for (ptrdiff_t k = 0; k < depth; k++) {
    __m512bh b0 = (__m512bh)_mm512_loadu_ps(b), b1 = (__m512bh)_mm512_loadu_ps(b + 16);
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++) {
      __m512bh pair = (__m512bh)_mm512_set1_ps(a[i * row_stride]);
      sums[i][0] = _mm512_dpbf16_ps(sums[i][0], pair, b0);
      sums[i][1] = _mm512_dpbf16_ps(sums[i][1], pair, b1);
    }
    a += depth_stride;
    b += stride_of_b;
  }
  if (last_to > last_from) {
#pragma clang loop unroll(full)
    for (int pair = 0; pair < 6; pair++) {
      if (pair < last_from || pair >= last_to) continue;
      swiftlet_multiply_corner_pair(sums, a, row_stride, b, pair, odd, false);
      a += depth_stride;
      b += stride_of_b;
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 12; i++) {
    float *row = c + i * stride_of_c;
    if (accumulates) {
      sums[i][0] = _mm512_add_ps(sums[i][0], _mm512_loadu_ps(row));
      sums[i][1] = _mm512_add_ps(sums[i][1], _mm512_loadu_ps(row + 16));
    }
    _mm512_storeu_ps(row, sums[i][0]);
    _mm512_storeu_ps(row + 16, sums[i][1]);
  }
}

// C = A * B (+ C) for a tile of 12 x 32 of which corners are hidden: first `first_from ..< first_to` of the six pairs
// into which rows come in one by one, then `depth` pairs for all rows, then `last_from ..< last_to` of the six in which
// they leave in the same order. `odd` is 1 where a row's border is in the middle of a pair for even rows.
SWIFTLET_PAIRS void swiftlet_multiply_cornered_tile_of_pairs(
    ptrdiff_t first_from, ptrdiff_t first_to, ptrdiff_t depth, ptrdiff_t last_from, ptrdiff_t last_to, bool odd,
    const float *a, ptrdiff_t row_stride, ptrdiff_t depth_stride, const float *b, ptrdiff_t stride_of_b, float *c,
    ptrdiff_t stride_of_c, bool accumulates) {
  if (odd)
    swiftlet_multiply_cornered(
        first_from, first_to, depth, last_from, last_to, 1, a, row_stride, depth_stride, b, stride_of_b, c, stride_of_c,
        accumulates);
  else
    swiftlet_multiply_cornered(
        first_from, first_to, depth, last_from, last_to, 0, a, row_stride, depth_stride, b, stride_of_b, c, stride_of_c,
        accumulates);
}

#undef SWIFTLET_PAIRS_PART
#undef SWIFTLET_PAIRS
#undef SWIFTLET_TARGET
#endif
#endif
