// Tiles (AMX): registers of 16 rows of 64 bytes, and products of them, which Swift cannot spell. Whoever calls has
// asked swiftlet_has_amx_bf16() and swiftlet_may_use_tiles().
//
// Eight tiles: 0 to 3 hold the sums of a block of 32 x 32, 4 and 5 two times 16 rows of A, 6 and 7 two times 16 columns
// of B. A row of A's tile is 16 pairs of bfloat16, neighbours in depth; a row of B's tile is a pair of 16 columns.
#ifndef SWIFTLET_TILES_H
#define SWIFTLET_TILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#if defined(SWIFTLET_TILES_IN_SOFTWARE)
#include "tiles_in_software.h"
#define SWIFTLET_TILE(operation) swiftlet_software_tile_##operation
#define SWIFTLET_TILES __attribute__((noinline, unused)) static
#else
#include <immintrin.h>
#define SWIFTLET_TILE(operation) _tile_##operation
#define SWIFTLET_TILES __attribute__((target("amx-tile,amx-bf16"), noinline, unused)) static
#endif

// What the instruction that shapes tiles reads.
struct swiftlet_tile_shapes {
  uint8_t palette, start_row, reserved[14];
  uint16_t bytes_of_row[16];
  uint8_t rows[16];
};

// Makes every tile of this thread 16 rows of 64 bytes.
SWIFTLET_TILES void swiftlet_configure_tiles(void) {
  static const struct swiftlet_tile_shapes whole __attribute__((aligned(64))) = {
      .palette = 1,
      .bytes_of_row = {64, 64, 64, 64, 64, 64, 64, 64},
      .rows = {16, 16, 16, 16, 16, 16, 16, 16},
  };
  SWIFTLET_TILE(loadconfig)(&whole);
}

// Gives the tiles back, so that the system need not save them when threads change.
SWIFTLET_TILES void swiftlet_release_tiles(void) { SWIFTLET_TILE(release)(); }

// C = A * B (+ C) for a block of up to 32 x 32, in whole tiles: 16 or 32 rows, 16 or 32 columns.
// `depth` counts tiles of 16 pairs. Pair (i, k) of A is at a[i * stride_of_a + k]; row k of B, a pair of each of 32
// columns, at b + 32 * k. Strides count numbers; where everything begins at a multiple of 64 bytes, this is fastest.
SWIFTLET_TILES void swiftlet_multiply_tiles(
    ptrdiff_t depth, const float *a, ptrdiff_t stride_of_a, const float *b, float *c, ptrdiff_t stride_of_c,
    bool has_lower_rows, bool has_right_columns, bool accumulates) {
  const ptrdiff_t bytes_of_a = stride_of_a * 4, bytes_of_b = 128, bytes_of_c = stride_of_c * 4;
  float *lower = c + 16 * stride_of_c;
  if (accumulates) {
    SWIFTLET_TILE(loadd)(0, c, bytes_of_c);
    if (has_right_columns) SWIFTLET_TILE(loadd)(1, c + 16, bytes_of_c);
    if (has_lower_rows) SWIFTLET_TILE(loadd)(2, lower, bytes_of_c);
    if (has_lower_rows && has_right_columns) SWIFTLET_TILE(loadd)(3, lower + 16, bytes_of_c);
  } else {
    SWIFTLET_TILE(zero)(0);
    SWIFTLET_TILE(zero)(1);
    SWIFTLET_TILE(zero)(2);
    SWIFTLET_TILE(zero)(3);
  }
  for (ptrdiff_t k = 0; k < depth; k++) {
    SWIFTLET_TILE(loadd)(4, a, bytes_of_a);
    SWIFTLET_TILE(loadd)(6, b, bytes_of_b);
    SWIFTLET_TILE(dpbf16ps)(0, 4, 6);
    if (has_right_columns) {
      SWIFTLET_TILE(loadd)(7, b + 16, bytes_of_b);
      SWIFTLET_TILE(dpbf16ps)(1, 4, 7);
    }
    if (has_lower_rows) {
      SWIFTLET_TILE(loadd)(5, a + 16 * stride_of_a, bytes_of_a);
      SWIFTLET_TILE(dpbf16ps)(2, 5, 6);
      if (has_right_columns) SWIFTLET_TILE(dpbf16ps)(3, 5, 7);
    }
    a += 16;
    b += 16 * 32;
  }
  SWIFTLET_TILE(stored)(0, c, bytes_of_c);
  if (has_right_columns) SWIFTLET_TILE(stored)(1, c + 16, bytes_of_c);
  if (has_lower_rows) SWIFTLET_TILE(stored)(2, lower, bytes_of_c);
  if (has_lower_rows && has_right_columns) SWIFTLET_TILE(stored)(3, lower + 16, bytes_of_c);
}

#undef SWIFTLET_TILE
#undef SWIFTLET_TILES
#endif
#endif
