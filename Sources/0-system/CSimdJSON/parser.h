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
