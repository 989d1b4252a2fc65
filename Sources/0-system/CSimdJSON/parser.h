#pragma once

#include "CSimdJSON.h"

// The library's checks of how it is used are for whoever changes this shim; they cost a third.
#ifndef NDEBUG
#define NDEBUG
#endif
#include <simdjson.h>

#include <cstring>
#include <memory>
#include <string_view>

struct omni_payload_parser {
  simdjson::ondemand::parser parser;
  size_t capacity;
  /// The index of a block of lines, how many bytes the block has, and the index's next entry.
  std::unique_ptr<simdjson::internal::dom_parser_implementation> index;
  size_t block_count = 0;
  uint32_t next = 0;
};

// Each of these is called from one place, or few, for every payload.
#define OMNI_INLINE inline __attribute__((always_inline))

namespace {

/// Whether the key is `name`; keys with escapes are no keys of ours.
template <size_t N>
inline bool is(const char *key, const char (&name)[N]) {
  return std::memcmp(key, name, N - 1) == 0 && key[N - 1] == '"';
}

OMNI_INLINE int32_t field_of(const char *key) {
  switch (key[0]) {
    case 'i': return is(key, "id") ? OMNI_FIELD_ID : OMNI_FIELD_NONE;
    case 's': return is(key, "sender") ? OMNI_FIELD_SENDER : is(key, "sig") ? OMNI_FIELD_SIG : OMNI_FIELD_NONE;
    case 'l': return is(key, "legs") ? OMNI_FIELD_LEGS : OMNI_FIELD_NONE;
    case 'n': return is(key, "nonce") ? OMNI_FIELD_NONCE : OMNI_FIELD_NONE;
    case 'p': return is(key, "parents") ? OMNI_FIELD_PARENTS : OMNI_FIELD_NONE;
    case 'f': return is(key, "flags") ? OMNI_FIELD_FLAGS : OMNI_FIELD_NONE;
    case 't': return is(key, "ts") ? OMNI_FIELD_TS : is(key, "timeout_ms") ? OMNI_FIELD_TIMEOUT : OMNI_FIELD_NONE;
    case 'd': return is(key, "debit") ? OMNI_FIELD_DEBIT : OMNI_FIELD_NONE;
    case 'c': return is(key, "credit") ? OMNI_FIELD_CREDIT : OMNI_FIELD_NONE;
    case 'a': return is(key, "amount") ? OMNI_FIELD_AMOUNT : is(key, "asset") ? OMNI_FIELD_ASSET : OMNI_FIELD_NONE;
    default: return OMNI_FIELD_NONE;
  }
}

/// How many bytes the key of a field has.
constexpr uint8_t key_length[] = {0, 2, 6, 4, 5, 7, 5, 10, 2, 3, 5, 6, 6, 5};

}  // namespace
