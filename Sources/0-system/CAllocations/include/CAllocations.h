#ifndef OMNI_CALLOCATIONS_H
#define OMNI_CALLOCATIONS_H

#include <stdint.h>

/// How many times this process has asked the allocator for memory since it started.
///
/// Counted by wrapping the C library's allocator; 0 for ever in builds with a sanitizer.
uint64_t omni_allocation_count(void);

#endif
