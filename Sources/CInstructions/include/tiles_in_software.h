// The tile instructions as a program, for tests on processors without them: it follows the operations that Intel's
// manual gives (Software Developer's Manual, volume 2, 2023), and stops the process where an instruction would fault.
// Nothing but a compilation with SWIFTLET_TILES_IN_SOFTWARE sees it.
#ifndef SWIFTLET_TILES_IN_SOFTWARE_H
#define SWIFTLET_TILES_IN_SOFTWARE_H

#if defined(__x86_64__) && defined(SWIFTLET_TILES_IN_SOFTWARE)
#include <stdint.h>
#include <string.h>
#include <xmmintrin.h>

enum { swiftlet_tile_names = 8, swiftlet_tile_rows = 16, swiftlet_tile_bytes = 64 };

// The tiles and their shapes, of each thread.
struct swiftlet_software_tiles {
  unsigned palette;
  struct {
    unsigned rows, bytes_of_row;
    uint8_t row[swiftlet_tile_rows][swiftlet_tile_bytes];
  } tile[swiftlet_tile_names];
};
static inline struct swiftlet_software_tiles *swiftlet_tiles(void) {
  static _Thread_local struct swiftlet_software_tiles tiles;
  return &tiles;
}

static inline void swiftlet_tile_require(bool condition) {
  if (!condition) __builtin_trap();
}

// A fault where tiles are not configured or this one has no shape.
static inline void swiftlet_tile_require_valid(unsigned tile) {
  swiftlet_tile_require(swiftlet_tiles()->palette != 0 && tile < swiftlet_tile_names);
  swiftlet_tile_require(swiftlet_tiles()->tile[tile].rows > 0);
}

// TILERELEASE: the initial state.
static inline void swiftlet_software_tile_release(void) { memset(swiftlet_tiles(), 0, sizeof *swiftlet_tiles()); }

// LDTILECFG: byte 0 the palette, byte 1 the row to start with, bytes of a row from byte 16, rows from byte 48.
static inline void swiftlet_software_tile_loadconfig(const void *memory) {
  const uint8_t *byte = memory;
  swiftlet_software_tile_release();
  if (byte[0] == 0) return;
  swiftlet_tile_require(byte[0] == 1 && byte[1] == 0);
  for (int i = 2; i < 16; i++) swiftlet_tile_require(byte[i] == 0);
  for (int tile = 0; tile < 16; tile++) {
    unsigned bytes_of_row = byte[16 + 2 * tile] | (unsigned)byte[17 + 2 * tile] << 8, rows = byte[48 + tile];
    swiftlet_tile_require((rows == 0) == (bytes_of_row == 0));
    if (tile >= swiftlet_tile_names) {
      swiftlet_tile_require(rows == 0);
    } else {
      swiftlet_tile_require(rows <= swiftlet_tile_rows && bytes_of_row <= swiftlet_tile_bytes);
      swiftlet_tiles()->tile[tile].rows = rows;
      swiftlet_tiles()->tile[tile].bytes_of_row = bytes_of_row;
    }
  }
  swiftlet_tiles()->palette = 1;
}

// TILEZERO.
static inline void swiftlet_software_tile_zero(unsigned tile) {
  swiftlet_tile_require_valid(tile);
  memset(swiftlet_tiles()->tile[tile].row, 0, sizeof swiftlet_tiles()->tile[tile].row);
}

// TILELOADD: what is not loaded becomes zero.
static inline void swiftlet_software_tile_loadd(unsigned tile, const void *base, ptrdiff_t stride) {
  swiftlet_software_tile_zero(tile);
  for (unsigned row = 0; row < swiftlet_tiles()->tile[tile].rows; row++) {
    memcpy(
        swiftlet_tiles()->tile[tile].row[row], (const uint8_t *)base + (ptrdiff_t)row * stride,
        swiftlet_tiles()->tile[tile].bytes_of_row);
  }
}

// TILESTORED.
static inline void swiftlet_software_tile_stored(unsigned tile, void *base, ptrdiff_t stride) {
  swiftlet_tile_require_valid(tile);
  for (unsigned row = 0; row < swiftlet_tiles()->tile[tile].rows; row++) {
    memcpy(
        (uint8_t *)base + (ptrdiff_t)row * stride, swiftlet_tiles()->tile[tile].row[row],
        swiftlet_tiles()->tile[tile].bytes_of_row);
  }
}

static inline float swiftlet_tile_make_fp32(const uint8_t *row, unsigned place) {
  uint32_t bits = (uint32_t)row[2 * place] << 16 | (uint32_t)row[2 * place + 1] << 24;
  float number;
  memcpy(&number, &bits, 4);
  return number;
}

// The sums of TDPBF16PS, apart, so that they cannot leave the region in which denormal numbers are zero.
static __attribute__((noinline, unused)) void swiftlet_tile_sums(unsigned target, unsigned first, unsigned second) {
  const unsigned elements_of_first = swiftlet_tiles()->tile[first].bytes_of_row / 4;
  const unsigned elements_of_target = swiftlet_tiles()->tile[target].bytes_of_row / 4;
  for (unsigned m = 0; m < swiftlet_tiles()->tile[target].rows; m++) {
    const uint8_t *a = swiftlet_tiles()->tile[first].row[m];
    float even[swiftlet_tile_bytes / 4] = {0}, odd[swiftlet_tile_bytes / 4] = {0};
    for (unsigned k = 0; k < elements_of_first; k++) {
      const uint8_t *b = swiftlet_tiles()->tile[second].row[k];
      const float a0 = swiftlet_tile_make_fp32(a, 2 * k), a1 = swiftlet_tile_make_fp32(a, 2 * k + 1);
      for (unsigned n = 0; n < elements_of_target; n++) {
        even[n] = __builtin_fmaf(a0, swiftlet_tile_make_fp32(b, 2 * n), even[n]);
        odd[n] = __builtin_fmaf(a1, swiftlet_tile_make_fp32(b, 2 * n + 1), odd[n]);
      }
    }
    for (unsigned n = 0; n < elements_of_target; n++) {
      float sum;
      memcpy(&sum, swiftlet_tiles()->tile[target].row[m] + 4 * n, 4);
      sum += even[n] + odd[n];
      memcpy(swiftlet_tiles()->tile[target].row[m] + 4 * n, &sum, 4);
    }
  }
}

// TDPBF16PS: sums of even and of odd places begin at zero, each product is added with one rounding to nearest, then
// both are added and joined to the target; denormal numbers are zero on the way in and out, whatever MXCSR says.
static inline void swiftlet_software_tile_dpbf16ps(unsigned target, unsigned first, unsigned second) {
  swiftlet_tile_require_valid(target);
  swiftlet_tile_require_valid(first);
  swiftlet_tile_require_valid(second);
  swiftlet_tile_require(target != first && target != second && first != second);
  swiftlet_tile_require(swiftlet_tiles()->tile[first].rows == swiftlet_tiles()->tile[target].rows);
  swiftlet_tile_require(swiftlet_tiles()->tile[second].bytes_of_row == swiftlet_tiles()->tile[target].bytes_of_row);
  swiftlet_tile_require(swiftlet_tiles()->tile[first].bytes_of_row == 4 * swiftlet_tiles()->tile[second].rows);
  swiftlet_tile_require(swiftlet_tiles()->tile[target].bytes_of_row % 4 == 0);
  const unsigned control = _mm_getcsr();
  _mm_setcsr(0x9FC0);  // no exceptions, rounding to nearest, denormal numbers are zero
  swiftlet_tile_sums(target, first, second);
  _mm_setcsr(control);
}

#endif
#endif
