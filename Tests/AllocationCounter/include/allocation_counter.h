// Counts a thread's allocations, to prove that there are none.
#ifndef SWIFTLET_ALLOCATION_COUNTER_H
#define SWIFTLET_ALLOCATION_COUNTER_H

#include <stdbool.h>

// Whether this can be done here: with the C library of GNU/Linux, and without a sanitizer, which has its own allocator.
bool swiftlet_can_count_allocations(void);

// From here on the calling thread's allocations are counted.
void swiftlet_start_counting_allocations(void);

// How many there were; nothing is counted any more.
long swiftlet_stop_counting_allocations(void);

// The bytes that the calling thread has taken and not given back since it was asked to count.
long swiftlet_held_bytes(void);

#endif
