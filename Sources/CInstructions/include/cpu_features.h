// What the processor has, and the one instruction that waiting threads need.
#ifndef SWIFTLET_CPU_FEATURES_H
#define SWIFTLET_CPU_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__linux__)
// The C library shows this only to programs that ask for GNU extensions before any header.
extern int swiftlet_sched_getaffinity(int process, size_t bytes, void *set) __asm__("sched_getaffinity");
#endif

// How many processors the calling process may run on, 0 where unknown.
static inline int swiftlet_allowed_processors(void) {
#if defined(__linux__)
  uint64_t set[128] = {0};
  if (swiftlet_sched_getaffinity(0, sizeof set, set) < 0) return 0;
  int count = 0;
  for (int i = 0; i < 128; i++) count += __builtin_popcountll(set[i]);
  return count;
#else
  return 0;
#endif
}

#if defined(__x86_64__)
#include <cpuid.h>

// Which registers the operating system saves at a context switch (XCR0).
static inline uint64_t swiftlet_saved_registers(void) {
  uint32_t a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 27))) return 0;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((uint64_t)high << 32) | low;
}

static inline bool swiftlet_saves(uint64_t registers) {
  return (swiftlet_saved_registers() & registers) == registers;
}

// One register (0 = EAX ... 3 = EDX) of a CPUID leaf, zero where the leaf does not exist.
static inline uint32_t swiftlet_cpuid(uint32_t leaf, uint32_t subleaf, int which) {
  uint32_t r[4] = {0, 0, 0, 0};
  if (!__get_cpuid_count(leaf, subleaf, &r[0], &r[1], &r[2], &r[3])) return 0;
  return r[which];
}

static inline bool swiftlet_cpuid_bit(uint32_t leaf, uint32_t subleaf, int which, int bit) {
  return (swiftlet_cpuid(leaf, subleaf, which) >> bit) & 1;
}

// x86-64-v3: AVX, AVX2, FMA, F16C, BMI1, BMI2, LZCNT, MOVBE, and 256-bit registers saved.
static inline bool swiftlet_has_avx2(void) {
  return swiftlet_saves(0x6) && swiftlet_cpuid_bit(1, 0, 2, 28) && swiftlet_cpuid_bit(7, 0, 1, 5)
      && swiftlet_cpuid_bit(1, 0, 2, 12) && swiftlet_cpuid_bit(1, 0, 2, 29) && swiftlet_cpuid_bit(7, 0, 1, 3)
      && swiftlet_cpuid_bit(7, 0, 1, 8) && swiftlet_cpuid_bit(0x80000001u, 0, 2, 5)
      && swiftlet_cpuid_bit(1, 0, 2, 22);
}

// x86-64-v4: AVX-512 F, BW, CD, DQ and VL, and 512-bit registers saved.
static inline bool swiftlet_has_avx512(void) {
  return swiftlet_has_avx2() && swiftlet_saves(0xE6) && swiftlet_cpuid_bit(7, 0, 1, 16)
      && swiftlet_cpuid_bit(7, 0, 1, 30) && swiftlet_cpuid_bit(7, 0, 1, 28) && swiftlet_cpuid_bit(7, 0, 1, 17)
      && swiftlet_cpuid_bit(7, 0, 1, 31);
}

static inline bool swiftlet_has_avx512_bf16(void) {
  return swiftlet_has_avx512() && swiftlet_cpuid_bit(7, 1, 0, 5);
}

// The tile instructions with bfloat16, tiles of 16 rows of 64 bytes, eight of them, and an operating system that saves
// them.
static inline bool swiftlet_has_amx_bf16(void) {
  return swiftlet_has_avx512_bf16() && swiftlet_saves(0x60000) && swiftlet_cpuid_bit(7, 0, 3, 24)
      && swiftlet_cpuid_bit(7, 0, 3, 22) && swiftlet_cpuid(0x1D, 1, 1) == (8u << 16 | 64)
      && (swiftlet_cpuid(0x1D, 1, 2) & 0xFFFF) == 16;
}

// Asks Linux for tiles, which it gives to processes that asked before their first use; every thread has them then, and
// asking again does no harm. False where they are refused.
static inline bool swiftlet_may_use_tiles(void) {
#if defined(__linux__)
  const long arch_prctl = 158, request = 0x1023, tile_data = 18;
  long result = arch_prctl;
  __asm__ volatile("syscall" : "+a"(result) : "D"(request), "S"(tile_data) : "rcx", "r11", "memory");
  return result == 0;
#else
  return false;
#endif
}

// The processor's name, at most 48 characters and a zero.
static inline void swiftlet_processor_name(char name[49]) {
  memset(name, 0, 49);
  if (swiftlet_cpuid(0x80000000u, 0, 0) < 0x80000004u) return;
  for (uint32_t leaf = 0; leaf < 3; leaf++)
    for (int which = 0; which < 4; which++) {
      uint32_t four = swiftlet_cpuid(0x80000002u + leaf, 0, which);
      memcpy(name + 16 * leaf + 4 * which, &four, 4);
    }
}

// Tells the core that this is a waiting loop.
static inline void swiftlet_pause(void) { __builtin_ia32_pause(); }

#else

static inline bool swiftlet_has_avx2(void) { return false; }
static inline bool swiftlet_has_avx512(void) { return false; }
static inline bool swiftlet_has_avx512_bf16(void) { return false; }
static inline bool swiftlet_has_amx_bf16(void) { return false; }
static inline bool swiftlet_may_use_tiles(void) { return false; }
static inline void swiftlet_processor_name(char name[49]) { memset(name, 0, 49); }
#if defined(__aarch64__)
static inline void swiftlet_pause(void) { __asm__ volatile("yield"); }
#else
static inline void swiftlet_pause(void) {}
#endif

#endif
#endif
