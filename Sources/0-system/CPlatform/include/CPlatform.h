#ifndef OMNI_CPLATFORM_H
#define OMNI_CPLATFORM_H

#include <stdint.h>

/// Keeps the optimiser from removing the work that led to `value`; for benchmarks.
void omni_keep(uint64_t value);

/// Processor time that the calling thread has used, in nanoseconds.
int64_t omni_thread_nanoseconds(void);

/// Makes a write to a pipe that nobody reads fail with EPIPE, and not end the process.
void omni_ignore_broken_pipes(void);

/// How many columns the terminal behind `descriptor` has, or 0 if it is none or does not say.
int32_t omni_terminal_columns(int32_t descriptor);

/// Stores `word` at `address`, divisible by 8, after all stores before it and in one piece.
static inline void omni_publish(void *_Nonnull address, uint64_t word) {
  __atomic_store_n((uint64_t *)address, word, __ATOMIC_RELEASE);
}

/// Tells the processor that this thread only looks again and again, so that the thread that shares
/// the core with it goes first, and the loop ends without a mispredicted load.
static inline void omni_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  __asm__ volatile("yield" : : : "memory");
#endif
}

/// The processor's count of cycles before something is measured, after all that came before; on a
/// processor without one, nanoseconds of the monotonic clock.
uint64_t omni_cycles_before(void);

/// The same count after what is measured has ended.
uint64_t omni_cycles_after(void);

#endif
