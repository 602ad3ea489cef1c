// Calls the C functions that kernels and checksums are made of, on memory of the heap that ends where they must end,
// and compares what they give with plain sums. Compiled once for each instruction set; what the processor has not is
// left out.
#define SWIFTLET_TILES_IN_SOFTWARE
#include "attention_pairs.h"
#include "bfloat16_pairs.h"
#include "cpu_features.h"
#include "sha256.h"
#include "stored_weights.h"
#include "tiles_in_software.h"
#include "vectors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void require(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "instructions: %s\n", what);
  exit(1);
}

// A number of no importance, the same every time.
static float sample(ptrdiff_t place) { return (float)((place * 7919 + 13) % 257 - 128) / 64; }

static float *numbers(ptrdiff_t count) {
  float *result = malloc((size_t)count * sizeof *result);
  for (ptrdiff_t i = 0; i < count; i++) result[i] = sample(i);
  return result;
}

static uint16_t rounded(float number) {
  uint32_t bits;
  memcpy(&bits, &number, 4);
  return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

static float widened(uint16_t half) {
  uint32_t bits = (uint32_t)half << 16;
  float number;
  memcpy(&number, &bits, 4);
  return number;
}

enum { lanes = sizeof(swiftlet_vector) / sizeof(float) };

static void check_vectors(void) {
  for (ptrdiff_t count = 1; count <= lanes; count++) {
    float *from = numbers(count), *to = malloc((size_t)count * sizeof *to);
    swiftlet_vector loaded = swiftlet_load_first(from, count);
    for (ptrdiff_t i = 0; i < lanes; i++) require(loaded[i] == (i < count ? from[i] : 0), "some lanes loaded");
    swiftlet_store_first(loaded, to, count);
    require(memcmp(from, to, (size_t)count * sizeof *to) == 0, "some lanes stored");
    swiftlet_vector kept = swiftlet_keep_first(count, loaded + 1);
    for (ptrdiff_t i = 0; i < lanes; i++) require(kept[i] == (i < count ? from[i] + 1 : 0), "some lanes kept");
    free(from);
    free(to);
  }
  // Not at a multiple of anything.
  float *memory = numbers(lanes + 1);
  swiftlet_vector x = swiftlet_load(memory + 1);
  float sum = 0, largest = -INFINITY;
  for (int i = 0; i < lanes; i++) {
    sum += x[i];
    largest = fmaxf(largest, x[i]);
  }
  require(fabsf(swiftlet_sum_of_lanes(x) - sum) < 1e-4f, "the sum of lanes");
  require(swiftlet_largest_lane(x) == largest, "the largest lane");
  swiftlet_vector root = swiftlet_square_root(x * x);
  for (int i = 0; i < lanes; i++) require(root[i] == fabsf(x[i]), "square roots");
  swiftlet_store(swiftlet_multiply_add(x, x, x), memory + 1);
  swiftlet_multiply_in_registers(3);
  free(memory);
}

static void check_bfloat16(void) {
  uint16_t *halves = malloc(lanes * sizeof *halves);
  for (int i = 0; i < lanes; i++) halves[i] = rounded(sample(i));
  swiftlet_vector wide = swiftlet_load_bfloat16(halves), one = swiftlet_broadcast_bfloat16(halves + lanes - 1);
  for (int i = 0; i < lanes; i++)
    require(wide[i] == widened(halves[i]) && one[i] == widened(halves[lanes - 1]), "bfloat16");
  free(halves);
}

static void check_bytes(void) {
  int16_t *x = aligned_alloc(64, 32 * sizeof *x);
  int8_t *bytes = malloc(32);
  float *wide = malloc(32 * sizeof *wide);
  int sum = 0;
  for (int i = 0; i < 32; i++) {
    x[i] = (int16_t)(i * 701 % 2001 - 1000);
    bytes[i] = (int8_t)(i * 17 - 128);
    sum += x[i] * bytes[i];
  }
  require(swiftlet_sum_of_lanes(swiftlet_multiply_int8(x, bytes)) == (float)sum, "a group of bytes");
  swiftlet_widen_int8(bytes, 0.5f, wide);
  for (int i = 0; i < 32; i++) require(wide[i] == 0.5f * bytes[i], "bytes widened");
  swiftlet_vector whole = 0;
  for (int i = 0; i < lanes; i++) whole[i] = (float)(i * 7 - 50);
  int16_t *shorts = malloc(lanes * sizeof *shorts);
  int8_t *narrow = malloc(lanes);
  swiftlet_store_int16(whole, shorts);
  swiftlet_store_int8(whole, narrow);
  for (int i = 0; i < lanes; i++) require(shorts[i] == i * 7 - 50 && narrow[i] == i * 7 - 50, "whole numbers");
  free(x);
  free(bytes);
  free(wide);
  free(shorts);
  free(narrow);
}

static void check_nibbles(void) {
  enum { unit = lanes / 4, both_halves = 32 * unit };
  for (ptrdiff_t groups = 1; groups <= unit; groups++) {
    // Upper bytes of both halves of all groups, their lower bytes, and what the sums begin with.
    int8_t *x = aligned_alloc(16 * unit, 80 * unit);
    uint8_t *nibbles = malloc((size_t)(16 * groups));
    uint16_t *scales = malloc((size_t)groups * sizeof *scales);
    float *wide = malloc(32 * sizeof *wide);
    for (int i = 0; i < 2 * both_halves; i++) x[i] = (int8_t)(i * 37 % 255 - 127);
    for (int i = 0; i < 4 * unit; i++) ((int32_t *)(void *)(x + 2 * both_halves))[i] = i % 4 ? 0 : 100 * i;
    for (int i = 0; i < 16 * groups; i++) nibbles[i] = (uint8_t)(i * 37 + 11);
    for (int i = 0; i < groups; i++) scales[i] = rounded(sample(i + 1));
    swiftlet_vector sums = swiftlet_multiply_nibbles(x, nibbles, groups);
    swiftlet_vector factors = swiftlet_load_scales_of_groups(scales, groups);
    for (int group = 0; group < groups; group++) {
      int expected = 400 * group;
      for (int j = 0; j < 16; j++) {
        const int8_t *upper = x + 16 * group + j, *lower = upper + both_halves;
        int low = nibbles[16 * group + j] & 15, high = nibbles[16 * group + j] >> 4;
        expected += low * (256 * upper[0] + lower[0]) + high * (256 * upper[16 * unit] + lower[16 * unit]);
      }
      float sum = 0;
      for (int i = 0; i < 4; i++) {
        sum += sums[4 * group + i];
        require(factors[4 * group + i] == widened(scales[group]), "scales of groups");
      }
      require(sum == (float)expected, "groups of nibbles");
    }
    for (ptrdiff_t i = 4 * groups; i < lanes; i++) require(factors[i] == 0, "scales behind the groups");
    swiftlet_widen_nibbles(nibbles + 16 * (groups - 1), 0.5f, wide);
    for (int i = 0; i < 32; i++) {
      uint8_t byte = nibbles[16 * (groups - 1) + i % 16];
      require(wide[i] == 0.5f * (float)((i < 16 ? byte & 15 : byte >> 4) - 8), "nibbles widened");
    }
    free(x);
    free(nibbles);
    free(scales);
    free(wide);
  }
}

// The two halves of the pair that a float's bits are.
static float half_of(float pair, int which) {
  uint32_t bits;
  memcpy(&bits, &pair, 4);
  return widened((uint16_t)(bits >> 16 * which));
}

static void check_packing(void) {
  for (ptrdiff_t depth = 1; depth <= 70; depth++) {
    const ptrdiff_t rows = 3, stride = depth + 2, target_stride = (depth + 31) / 32 * 16;
    float *source = numbers((rows - 1) * stride + depth);
    float *target = malloc((size_t)(rows * target_stride) * sizeof *target);
    swiftlet_pack_pairs_of_rows(source, stride, rows, depth, target, target_stride);
    for (ptrdiff_t row = 0; row < rows; row++)
      for (ptrdiff_t k = 0; k < 2 * target_stride; k++) {
        float expected = k < depth ? widened(rounded(source[row * stride + k])) : 0;
        require(half_of(target[row * target_stride + k / 2], k % 2) == expected, "pairs of rows");
      }
    free(source);
    free(target);
  }
  for (ptrdiff_t depth = 1; depth <= 5; depth++)
    for (ptrdiff_t width = 1; width <= 64; width++) {
      const ptrdiff_t panels = 2, strips = 2, stride = width, pairs = (depth + 1) / 2, panel_size = pairs * 32;
      float *source = numbers(depth * stride), *target = malloc((size_t)(panels * panel_size) * sizeof *target);
      swiftlet_pack_pairs_of_columns(source, stride, depth, width, panels, strips, 16, panel_size, target, 32);
      for (ptrdiff_t column = 0; column < 64; column++)
        for (ptrdiff_t k = 0; k < 2 * pairs; k++) {
          float expected = k < depth && column < width ? widened(rounded(source[k * stride + column])) : 0;
          float pair = target[column / 32 * panel_size + k / 2 * 32 + column % 32];
          require(half_of(pair, k % 2) == expected, "pairs of columns");
        }
      free(source);
      free(target);
    }
  // Panels of twelve, four of which are packed from three vectors; behind each is room for a vector's end.
  for (ptrdiff_t depth = 1; depth <= 4; depth++)
    for (ptrdiff_t width = 60; width <= 68; width++) {
      const ptrdiff_t panels = 5, pairs = (depth + 1) / 2, panel_size = pairs * 12 + 4;
      float *source = numbers(depth * width), *target = malloc((size_t)(panels * panel_size) * sizeof *target);
      swiftlet_pack_pairs_of_columns(source, width, depth, width, panels, 1, 12, panel_size, target, 12);
      for (ptrdiff_t column = 0; column < 60; column++)
        for (ptrdiff_t k = 0; k < 2 * pairs; k++) {
          float expected = k < depth ? widened(rounded(source[k * width + column])) : 0;
          float pair = target[column / 12 * panel_size + k / 2 * 12 + column % 12];
          require(half_of(pair, k % 2) == expected, "panels of twelve");
        }
      free(source);
      free(target);
    }
}

static void check_products_of_pairs(void) {
  for (ptrdiff_t depth = 1; depth <= 9; depth++) {
    float *plain_a = numbers(12 * 2 * depth), *plain_b = numbers(2 * depth * 32);
    const ptrdiff_t row_stride = (depth + 15) / 16 * 16;
    float *a = malloc((size_t)(12 * row_stride) * sizeof *a);
    swiftlet_pack_pairs_of_rows(plain_a, 2 * depth, 12, 2 * depth, a, row_stride);
    float *b = malloc((size_t)(depth * 32) * sizeof *b), *c = numbers(12 * 32), *half = malloc(12 * 16 * sizeof *half);
    swiftlet_pack_pairs_of_columns(plain_b, 32, 2 * depth, 32, 1, 2, 16, depth * 32, b, 32);
    float *before = numbers(12 * 32);
    swiftlet_multiply_tile_of_pairs(depth, a, row_stride, 1, b, 32, c, 32, true);
    swiftlet_multiply_half_tile_of_pairs(depth, a, row_stride, b, 32, half, 16);
    for (int i = 0; i < 12; i++)
      for (int j = 0; j < 32; j++) {
        double sum = 0;
        for (ptrdiff_t k = 0; k < 2 * depth; k++)
          sum += (double)widened(rounded(plain_a[i * 2 * depth + k])) * (double)widened(rounded(plain_b[k * 32 + j]));
        require(fabs(c[i * 32 + j] - before[i * 32 + j] - sum) < 1e-3, "a tile of pairs");
        require(j >= 16 || fabs(half[i * 16 + j] - sum) < 1e-3, "half a tile of pairs");
      }
    // Six pairs of corners beside, parted between the first and the last: only where they read and write is asked.
    const ptrdiff_t all = depth + 6;
    float *wide_a = numbers(12 * all), *wide_b = numbers(all * 32);
    for (int odd = 0; odd < 2; odd++) {
      for (ptrdiff_t from = 0; from <= 6; from++) {
        swiftlet_multiply_cornered_tile_of_pairs(
            from, 6, depth, 0, from, odd, wide_a, depth + 6, 1, wide_b, 32, c, 32, odd);
      }
    }
    swiftlet_ahead ahead = {(const char *)b, 2, 2, 0, 2 * depth, true}, beside = {(const char *)c, 1, 1, 0, 3, true};
    float *bias = numbers(32), *factor = numbers(12 * 32), *tile = malloc(12 * 32 * sizeof *tile);
    swiftlet_multiply_tile_of_pairs(depth, a, row_stride, 1, b, 32, c, 32, false);
    swiftlet_multiply_tile_of_pairs_ahead(
        depth, a, row_stride, 1, b, 32, tile, 32, false, bias, factor, 32, &beside, &ahead);
    for (int i = 0; i < 12 * 32; i++) require(tile[i] == (c[i] + bias[i % 32]) * factor[i], "a tile with a finish");
    swiftlet_multiply_tile_of_pairs_ahead(depth, a, row_stride, 1, b, 32, c, 32, true, NULL, NULL, 0, NULL, &ahead);
    float *freed[] = {plain_a, plain_b, a, b, c, half, before, wide_a, wide_b, bias, factor, tile};
    for (size_t i = 0; i < sizeof freed / sizeof *freed; i++) free(freed[i]);
  }
  swiftlet_multiply_pairs_in_registers(3);
}

static void check_sha256(void) {
  // The 64 constants are cube roots of primes; the digest of "abc" is FIPS 180-4's.
  uint32_t *constants = malloc(64 * sizeof *constants);
  int found = 0;
  for (int prime = 2; found < 64; prime++) {
    bool is_prime = true;
    for (int divisor = 2; divisor * divisor <= prime; divisor++) is_prime = is_prime && prime % divisor != 0;
    if (!is_prime) continue;
    long double root = cbrtl((long double)prime);
    constants[found++] = (uint32_t)((root - floorl(root)) * 4294967296.0L);
  }
  uint32_t *state = malloc(8 * sizeof *state);
  const uint32_t begin[8] = {
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const uint32_t expected[8] = {
      0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223, 0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad};
  memcpy(state, begin, sizeof begin);
  uint8_t *block = calloc(64, 1);
  memcpy(block, "abc\x80", 4);
  block[63] = 24;
  swiftlet_sha256_blocks(state, block, 1, constants);
  require(memcmp(state, expected, sizeof expected) == 0, "SHA-256");
  free(constants);
  free(state);
  free(block);
}

static void check_tiles(void) {
  uint8_t *shapes = calloc(64, 1);
  shapes[0] = 1;
  for (int tile = 0; tile < 3; tile++) {
    shapes[16 + 2 * tile] = 64;
    shapes[48 + tile] = 16;
  }
  swiftlet_software_tile_loadconfig(shapes);
  uint16_t *a = malloc(16 * 32 * sizeof *a), *b = malloc(16 * 32 * sizeof *b);
  for (int i = 0; i < 16 * 32; i++) {
    a[i] = rounded(sample(i));
    b[i] = rounded(sample(3 * i + 1));
  }
  float *c = malloc(16 * 16 * sizeof *c);
  swiftlet_software_tile_loadd(1, a, 64);
  swiftlet_software_tile_loadd(2, b, 64);
  swiftlet_software_tile_zero(0);
  swiftlet_software_tile_dpbf16ps(0, 1, 2);
  swiftlet_software_tile_stored(0, c, 64);
  for (int m = 0; m < 16; m++)
    for (int n = 0; n < 16; n++) {
      double sum = 0;
      for (int k = 0; k < 32; k++)
        sum += (double)widened(a[m * 32 + k]) * (double)widened(b[k / 2 * 32 + 2 * n + k % 2]);
      require(fabs(c[m * 16 + n] - sum) < 1e-3, "tiles in software");
    }
  swiftlet_software_tile_release();
  free(shapes);
  free(a);
  free(b);
  free(c);
}

int main(void) {
  if ((lanes == 16 && !swiftlet_has_avx512()) || (lanes == 8 && !swiftlet_has_avx2())) {
    printf("instructions: this processor has no vectors of %d\n", lanes);
    return 0;
  }
  char *name = malloc(49);
  swiftlet_processor_name(name);
  require(strlen(name) <= 48 && swiftlet_allowed_processors() > 0, "the processor");
  free(name);
  swiftlet_pause();
  (void)swiftlet_has_amx_bf16();
  check_vectors();
  check_bfloat16();
  check_bytes();
  check_nibbles();
  check_tiles();
  if (swiftlet_has_sha256()) check_sha256();
  if (swiftlet_has_avx512_bf16()) {
    check_packing();
    check_products_of_pairs();
  }
  printf("instructions: vectors of %d%s%s\n", lanes, swiftlet_has_sha256() ? ", SHA-256" : "",
         swiftlet_has_avx512_bf16() ? ", pairs of bfloat16" : "");
}
