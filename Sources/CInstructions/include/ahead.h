// Memory that is read soon, and fetched into the cache meanwhile: a line at a time, beside the arithmetic of something
// else. A loop that is bound by arithmetic has room for it; a burst of requests would wait for each other.
#ifndef SWIFTLET_AHEAD_H
#define SWIFTLET_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

#define SWIFTLET_LINE 64

// Rows of lines that are still to be fetched.
typedef struct {
  const char *next;
  // Lines that the row of `next` still has, that a row has, and from a row's end to the next row, in bytes.
  ptrdiff_t left_in_row, lines_of_row, gap;
  // Lines that are left; below zero where more were fetched than were asked for.
  ptrdiff_t left;
  // Whether they go to the first level of the cache, otherwise to the second.
  bool is_near;
} swiftlet_ahead;

// Fetches the next line.
static inline __attribute__((always_inline)) void swiftlet_fetch(swiftlet_ahead *ahead) {
  if (ahead->is_near)
    __builtin_prefetch(ahead->next, 0, 3);
  else
    __builtin_prefetch(ahead->next, 0, 2);
  bool ends = --ahead->left_in_row == 0;
  ahead->next += SWIFTLET_LINE + (ends ? ahead->gap : 0);
  ahead->left_in_row = ends ? ahead->lines_of_row : ahead->left_in_row;
}

// Fetches the line of an address into the second level of the cache; any address will do. (A request for the first level is
// given up where too many are on their way.)
static inline __attribute__((always_inline)) void swiftlet_fetch_to_second_level(const void *address) {
  __builtin_prefetch(address, 0, 2);
}

// Fetches the line of an address into the first level of the cache; any address will do.
static inline __attribute__((always_inline)) void swiftlet_fetch_line(const void *address) {
  __builtin_prefetch(address, 0, 3);
}

#endif
