#include "CPlatform.h"

#include <time.h>

void omni_keep(uint64_t value) { __asm__ volatile("" : : "r"(value) : "memory"); }

int64_t omni_thread_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
