// A closure of Swift that does not escape, as the two words that it is: to store it, Swift would have to allocate a box.
#ifndef SWIFTLET_TASK_H
#define SWIFTLET_TASK_H

#include <stddef.h>

// The code of a closure (Int, Int) -> Void, and what it captures. Made by swiftlet_task_of, which is not declared here:
// Swift declares it with a closure as its argument. It must not be called once the closure's owner has returned.
typedef struct {
  const void *code;
  void *captured;
} swiftlet_task;

// Calls the closure.
static inline void swiftlet_call_task(swiftlet_task task, ptrdiff_t first, ptrdiff_t second) {
  typedef __attribute__((swiftcall)) void (*code)(
      ptrdiff_t, ptrdiff_t, __attribute__((swift_context)) void *captured);
  ((code)task.code)(first, second, task.captured);
}

#endif
