// Everything is in the headers but what Swift declares in words of its own.
#include "cpu_features.h"
#include "task.h"

// By Swift's convention a closure argument comes as two.
__attribute__((swiftcall)) swiftlet_task swiftlet_task_of(const void *code, void *captured) {
  return (swiftlet_task){code, captured};
}
