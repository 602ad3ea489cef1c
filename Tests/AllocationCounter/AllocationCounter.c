#include "allocation_counter.h"

#include <errno.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <stddef.h>
#include <stdint.h>

static _Thread_local bool counts;
static _Thread_local long count;
static _Thread_local long held;

void swiftlet_start_counting_allocations(void) {
  count = 0;
  held = 0;
  counts = true;
}

long swiftlet_stop_counting_allocations(void) {
  counts = false;
  return count;
}

long swiftlet_held_bytes(void) { return held; }

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SWIFTLET_HAS_SANITIZER
#endif
#endif

#if defined(__GLIBC__) && !defined(SWIFTLET_HAS_SANITIZER)

// The program's definitions come before those of the C library, whose own are known by second names.
extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *old, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);
extern void __libc_free(void *memory);

static void *noted(void *memory) {
  if (counts) {
    count++;
    held += (long)malloc_usable_size(memory);
  }
  return memory;
}

void *malloc(size_t bytes) { return noted(__libc_malloc(bytes)); }

void *calloc(size_t number, size_t bytes) { return noted(__libc_calloc(number, bytes)); }

void *realloc(void *old, size_t bytes) {
  const long before = counts ? (long)malloc_usable_size(old) : 0;
  void *memory = __libc_realloc(old, bytes);
  // Where there is no room, the old memory stays.
  if (memory || bytes == 0) held -= before;
  return noted(memory);
}

void *memalign(size_t alignment, size_t bytes) { return noted(__libc_memalign(alignment, bytes)); }

void *aligned_alloc(size_t alignment, size_t bytes) { return noted(__libc_memalign(alignment, bytes)); }

void free(void *memory) {
  if (counts) held -= (long)malloc_usable_size(memory);
  __libc_free(memory);
}

int posix_memalign(void **result, size_t alignment, size_t bytes) {
  void *memory = noted(__libc_memalign(alignment, bytes));
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}

bool swiftlet_can_count_allocations(void) { return true; }

#else

bool swiftlet_can_count_allocations(void) { return false; }

#endif
