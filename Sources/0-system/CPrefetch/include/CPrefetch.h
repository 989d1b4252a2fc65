#ifndef OMNI_CPREFETCH_H
#define OMNI_CPREFETCH_H

/// Asks the processor to fetch the line of memory at `address`, and does not wait for it.
static inline void omni_prefetch(const void *_Nonnull address) { __builtin_prefetch(address, 1, 3); }

#endif
