#ifndef OMNI_CCLOCK_H
#define OMNI_CCLOCK_H

#include <stdint.h>
#include <time.h>

/// Nanoseconds on the machine's monotonic clock, or -1 if it cannot be read.
static inline int64_t omni_monotonic_nanoseconds(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return -1;
  return (int64_t)now.tv_sec * 1000000000 + (int64_t)now.tv_nsec;
}

#endif
