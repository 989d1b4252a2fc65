#include "CChecksum.h"

#include <string.h>

// The reflected Castagnoli polynomial, RFC 3720.
#define POLYNOMIAL 0x82F63B78u

static uint32_t table[256];
static int has_instruction;

__attribute__((constructor)) static void prepare(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (POLYNOMIAL & (0u - (value & 1u)));
    table[byte] = value;
  }
#if defined(__x86_64__)
  __builtin_cpu_init();
  has_instruction = __builtin_cpu_supports("sse4.2");
#endif
}

uint32_t omni_crc32c_table(uint32_t seed, const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  uint32_t value = ~seed;
  for (size_t index = 0; index < length; index++)
    value = (value >> 8) ^ table[(value ^ at[index]) & 0xFF];
  return ~value;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t by_instruction(
    uint32_t seed, const uint8_t *at, size_t length) {
  uint64_t value = (uint32_t)~seed;
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    value = __builtin_ia32_crc32di(value, word);
    at += 8;
    length -= 8;
  }
  uint32_t rest = (uint32_t)value;
  while (length--) rest = __builtin_ia32_crc32qi(rest, *at++);
  return ~rest;
}
#endif

uint32_t omni_crc32c(uint32_t seed, const void *bytes, size_t length) {
#if defined(__x86_64__)
  if (__builtin_expect(has_instruction, 1)) return by_instruction(seed, bytes, length);
#endif
  return omni_crc32c_table(seed, bytes, length);
}

size_t omni_first_nonzero(const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  size_t index = 0;
  while (index + 8 <= length) {
    uint64_t word;
    memcpy(&word, at + index, 8);
    if (word) break;
    index += 8;
  }
  while (index < length && !at[index]) index++;
  return index;
}
