// Pairs of bfloat16, neighbours in depth, the first in the lower half of 32 bits: how they are made and multiplied by
// AVX512-BF16, which Swift cannot spell. Whoever calls has asked swiftlet_has_avx512_bf16().
#ifndef SWIFTLET_BFLOAT16_PAIRS_H
#define SWIFTLET_BFLOAT16_PAIRS_H

#include "ahead.h"

#include <stdbool.h>
#include <stddef.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define SWIFTLET_PAIRS __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"), noinline, unused)) static

// The first `count` lanes, at most 16 and not less than none.
#define SWIFTLET_FIRST(count) ((__mmask16)((count) >= 16 ? 0xFFFF : (count) <= 0 ? 0 : (1u << (count)) - 1))

// Rounds neighbouring numbers of rows into pairs, `depth` numbers a row; whole vectors of 16 pairs are written, at least
// one a row.
SWIFTLET_PAIRS void swiftlet_pack_pairs_of_rows(
    const float *source, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t depth, float *target, ptrdiff_t target_stride) {
  for (ptrdiff_t row = 0; row < rows; row++) {
    ptrdiff_t k = 0;
    for (; k + 32 <= depth; k += 32) {
      __m512bh pairs = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(source + k + 16), _mm512_loadu_ps(source + k));
      _mm512_storeu_ps(target + k / 2, (__m512)pairs);
    }
    if (k < depth || k == 0) {
      __m512 low = _mm512_maskz_loadu_ps(SWIFTLET_FIRST(depth - k), source + k);
      __m512 high = _mm512_maskz_loadu_ps(SWIFTLET_FIRST(depth - k - 16), source + k + 16);
      _mm512_storeu_ps(target + k / 2, (__m512)_mm512_cvtne2ps_pbh(high, low));
    }
    source += stride;
    target += target_stride;
  }
}

// Two rows of 16 numbers as 16 pairs.
#define SWIFTLET_PAIR_ROWS(first, second) \
  _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(second, first))

// Rounds columns of `depth` rows into pairs of rows. The columns go into panels of `strips` vectors each; a strip
// takes `strip_width` columns, at most 16. `width` columns exist, the others become zeros.
SWIFTLET_PAIRS void swiftlet_pack_pairs_of_columns(
    const float *source, ptrdiff_t stride, ptrdiff_t depth, ptrdiff_t width, ptrdiff_t panels, ptrdiff_t strips,
    ptrdiff_t strip_width, ptrdiff_t panel_size, float *target, ptrdiff_t target_stride) {
  // From 16 first and 16 second elements to 16 pairs.
  const __m512i order = _mm512_or_si512(
      _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
      _mm512_slli_epi32(_mm512_set_epi32(31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16), 16));
  const bool is_whole = width >= (panels * strips - 1) * strip_width + 16;
  for (ptrdiff_t k = 0; k < depth; k += 2) {
    const float *first = source, *second = source + stride;
    float *to = target;
    if (is_whole && k + 1 < depth) {
      ptrdiff_t panel = 0;
      // Three vectors fill four panels of twelve; a vector for each panel would mostly cross lines of the cache.
      for (; strip_width == 12 && panel + 4 <= panels; panel += 4) {
        __m512i a = SWIFTLET_PAIR_ROWS(_mm512_loadu_ps(first), _mm512_loadu_ps(second));
        __m512i b = SWIFTLET_PAIR_ROWS(_mm512_loadu_ps(first + 16), _mm512_loadu_ps(second + 16));
        __m512i c = SWIFTLET_PAIR_ROWS(_mm512_loadu_ps(first + 32), _mm512_loadu_ps(second + 32));
        _mm512_storeu_si512(to, a);
        _mm512_storeu_si512(to + panel_size, _mm512_alignr_epi32(b, a, 12));
        _mm512_storeu_si512(to + 2 * panel_size, _mm512_alignr_epi32(c, b, 8));
        _mm512_storeu_si512(to + 3 * panel_size, _mm512_alignr_epi32(c, c, 4));
        first += 48;
        second += 48;
        to += 4 * panel_size;
      }
      for (; panel < panels; panel++) {
        for (ptrdiff_t strip = 0; strip < strips; strip++) {
          _mm512_storeu_si512(to + strip * 16, SWIFTLET_PAIR_ROWS(_mm512_loadu_ps(first), _mm512_loadu_ps(second)));
          first += strip_width;
          second += strip_width;
        }
        to += panel_size;
      }
    } else {
      ptrdiff_t left = width;
      for (ptrdiff_t panel = 0; panel < panels; panel++) {
        for (ptrdiff_t strip = 0; strip < strips; strip++) {
          __mmask16 mask = SWIFTLET_FIRST(left);
          __m512 above = _mm512_maskz_loadu_ps(mask, first);
          __m512 below = _mm512_maskz_loadu_ps(k + 1 < depth ? mask : 0, second);
          _mm512_storeu_si512(to + strip * 16, SWIFTLET_PAIR_ROWS(above, below));
          first += strip_width;
          second += strip_width;
          left -= strip_width;
        }
        to += panel_size;
      }
    }
    source += 2 * stride;
    target += target_stride;
  }
}

// The body of both functions below; `bias`, `factor`, `beside` and `ahead` may be null.
//
// What is fetched ahead is read and written field by field, here and by the caller: a wider load of what was just stored
// in parts waits until every store before it, those of the tile before among them, has reached the cache.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"), always_inline)) static inline void
swiftlet_multiply_tile_of_pairs_and_fetch(
    ptrdiff_t depth, const float *a, ptrdiff_t row_stride, ptrdiff_t depth_stride, const float *b,
    ptrdiff_t stride_of_b, float *c, ptrdiff_t stride_of_c, bool accumulates, const float *bias, const float *factor,
    ptrdiff_t stride_of_factor, const swiftlet_ahead *beside, swiftlet_ahead *ahead) {
  __m512 sums[12][2];
  swiftlet_ahead lines, more = {.left = 0};
  if (ahead) {
    lines = *ahead;
    if (beside) more = *beside;
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++) {
      swiftlet_fetch_line(c + i * stride_of_c);
      swiftlet_fetch_line(c + i * stride_of_c + 16);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 12; i++) sums[i][0] = sums[i][1] = _mm512_setzero_ps();
#pragma clang loop unroll(disable)
  for (ptrdiff_t k = 0; k < depth; k++) {
    __m512bh b0 = (__m512bh)_mm512_loadu_ps(b), b1 = (__m512bh)_mm512_loadu_ps(b + 16);
    if (ahead) {
      swiftlet_fetch(&lines);
      if (more.left-- > 0) swiftlet_fetch(&more);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++) {
      __m512bh pair = (__m512bh)_mm512_set1_ps(a[i * row_stride]);
      sums[i][0] = _mm512_dpbf16_ps(sums[i][0], pair, b0);
      sums[i][1] = _mm512_dpbf16_ps(sums[i][1], pair, b1);
    }
    a += depth_stride;
    b += stride_of_b;
  }
  if (accumulates) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++) {
      sums[i][0] = _mm512_add_ps(sums[i][0], _mm512_loadu_ps(c + i * stride_of_c));
      sums[i][1] = _mm512_add_ps(sums[i][1], _mm512_loadu_ps(c + i * stride_of_c + 16));
    }
  }
  if (bias) {
    __m512 b0 = _mm512_loadu_ps(bias), b1 = _mm512_loadu_ps(bias + 16);
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++) {
      sums[i][0] = _mm512_add_ps(sums[i][0], b0);
      sums[i][1] = _mm512_add_ps(sums[i][1], b1);
    }
  }
  if (factor) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++) {
      sums[i][0] = _mm512_mul_ps(sums[i][0], _mm512_loadu_ps(factor + i * stride_of_factor));
      sums[i][1] = _mm512_mul_ps(sums[i][1], _mm512_loadu_ps(factor + i * stride_of_factor + 16));
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 12; i++) {
    _mm512_storeu_ps(c + i * stride_of_c, sums[i][0]);
    _mm512_storeu_ps(c + i * stride_of_c + 16, sums[i][1]);
  }
  if (ahead) {
    ahead->next = lines.next;
    ahead->left_in_row = lines.left_in_row;
  }
}

// C = A * B (+ C) for a tile of 12 x 32, where an element of A and B is a pair.
// Element (i, k) of A is at a[i * row_stride + k * depth_stride], row k of B at b + k * stride_of_b.
SWIFTLET_PAIRS void swiftlet_multiply_tile_of_pairs(
    ptrdiff_t depth, const float *a, ptrdiff_t row_stride, ptrdiff_t depth_stride, const float *b,
    ptrdiff_t stride_of_b, float *c, ptrdiff_t stride_of_c, bool accumulates) {
  swiftlet_multiply_tile_of_pairs_and_fetch(
      depth, a, row_stride, depth_stride, b, stride_of_b, c, stride_of_c, accumulates, NULL, NULL, 0, NULL, NULL);
}

// The same, + `bias` (32 numbers, for every row), times `factor` (element by element), where these are not null;
// meanwhile the tile of C, `depth` lines of `ahead` and those of `beside`, not more, are fetched.
SWIFTLET_PAIRS void swiftlet_multiply_tile_of_pairs_ahead(
    ptrdiff_t depth, const float *a, ptrdiff_t row_stride, ptrdiff_t depth_stride, const float *b,
    ptrdiff_t stride_of_b, float *c, ptrdiff_t stride_of_c, bool accumulates, const float *bias, const float *factor,
    ptrdiff_t stride_of_factor, const swiftlet_ahead *beside, swiftlet_ahead *ahead) {
  swiftlet_multiply_tile_of_pairs_and_fetch(
      depth, a, row_stride, depth_stride, b, stride_of_b, c, stride_of_c, accumulates, bias, factor, stride_of_factor,
      beside, ahead);
}

#undef SWIFTLET_PAIR_ROWS

// As many sums as the tile has, none of which leaves its register.
SWIFTLET_PAIRS void swiftlet_multiply_pairs_in_registers(ptrdiff_t steps) {
  __m512 sums[24];
  __m512bh factor = (__m512bh)_mm512_set1_ps(0.5f);
#pragma clang loop unroll(full)
  for (int i = 0; i < 24; i++) sums[i] = _mm512_set1_ps((float)i);
#pragma clang loop unroll(disable)
  for (ptrdiff_t step = 0; step < steps; step++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 24; i++) sums[i] = _mm512_dpbf16_ps(sums[i], factor, factor);
  }
  for (int i = 1; i < 24; i++) sums[0] = _mm512_add_ps(sums[0], sums[i]);
  // Somebody must want the result, or nothing is computed.
  __asm__ volatile("" : : "v"(sums[0]));
}
#undef SWIFTLET_PAIRS
#undef SWIFTLET_FIRST
#endif
#endif
