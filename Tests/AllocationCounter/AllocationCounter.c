#include "allocation_counter.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

static _Thread_local bool counts;
static _Thread_local long count;

void swiftlet_start_counting_allocations(void) {
  count = 0;
  counts = true;
}

long swiftlet_stop_counting_allocations(void) {
  counts = false;
  return count;
}

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

static void note(void) {
  if (counts) count++;
}

void *malloc(size_t bytes) {
  note();
  return __libc_malloc(bytes);
}

void *calloc(size_t number, size_t bytes) {
  note();
  return __libc_calloc(number, bytes);
}

void *realloc(void *old, size_t bytes) {
  note();
  return __libc_realloc(old, bytes);
}

void *memalign(size_t alignment, size_t bytes) {
  note();
  return __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  note();
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **result, size_t alignment, size_t bytes) {
  note();
  void *memory = __libc_memalign(alignment, bytes);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}

bool swiftlet_can_count_allocations(void) { return true; }

#else

bool swiftlet_can_count_allocations(void) { return false; }

#endif
