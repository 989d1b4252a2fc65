#ifndef OMNI_CCHECKSUM_H
#define OMNI_CCHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `length` bytes, continued from `seed`.
///
/// `seed` is 0 for a new checksum, or the result for the bytes before. Uses the processor's own
/// instruction where there is one, and a table otherwise; both give the same value.
uint32_t omni_crc32c(uint32_t seed, const void *_Nonnull bytes, size_t length);

/// The same checksum by the table alone, so that a test can hold the two against each other.
uint32_t omni_crc32c_table(uint32_t seed, const void *_Nonnull bytes, size_t length);

/// Where the first byte stands that is not zero, or `length` if there is none.
size_t omni_first_nonzero(const void *_Nonnull bytes, size_t length);

#endif
