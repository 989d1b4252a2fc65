#include "CPlatform.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>
#if defined(__x86_64__)
#include <x86intrin.h>

uint64_t omni_cycles_before(void) {
  _mm_lfence();
  return __rdtsc();
}

uint64_t omni_cycles_after(void) {
  unsigned processor;
  return __rdtscp(&processor);
}
#else
static uint64_t monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t omni_cycles_before(void) { return monotonic(); }
uint64_t omni_cycles_after(void) { return monotonic(); }
#endif

void omni_keep(uint64_t value) { __asm__ volatile("" : : "r"(value) : "memory"); }

int64_t omni_thread_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void omni_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

int32_t omni_terminal_columns(int32_t descriptor) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}
