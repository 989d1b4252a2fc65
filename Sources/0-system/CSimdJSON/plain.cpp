#include "parser.h"

// Payloads in their usual form: the keys in the order of the format's table, strings without escapes,
// unsigned numbers. simdjson's first stage indexes a block of lines at once; one walk over the index
// then reads a line. Whatever is not of that form is left to omni_payload_parse.

namespace {

constexpr uint64_t all(uint8_t byte) { return 0x0101010101010101u * byte; }

OMNI_INLINE uint64_t load(const uint8_t *bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, 8);
  return word;
}

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef uint64_t Words __attribute__((vector_size(16)));

/// 16 hexadecimal digits, whose first is the most significant; `wrong` gets bits if one is none.
OMNI_INLINE uint64_t hex16(const uint8_t *bytes, Bytes &wrong) {
  Bytes text;
  std::memcpy(&text, bytes, 16);
  Bytes digit = text - '0';
  Bytes letter = (text | 0x20) - 'a';
  Bytes is_digit = digit < 10;
  wrong |= ~(is_digit | (letter < 6));
  Bytes value = (digit & is_digit) | ((letter + 10) & ~is_digit);
  typedef uint8_t Half __attribute__((vector_size(8)));
  Half high = __builtin_shufflevector(value, value, 14, 12, 10, 8, 6, 4, 2, 0);
  Half low = __builtin_shufflevector(value, value, 15, 13, 11, 9, 7, 5, 3, 1);
  Half both = high << 4 | low;
  uint64_t word;
  std::memcpy(&word, &both, 8);
  return word;
}

OMNI_INLINE bool hex32(const uint8_t *bytes, omni_id &id) {
  Bytes wrong = {};
  id.high = hex16(bytes, wrong);
  id.low = hex16(bytes + 16, wrong);
  Words words;
  std::memcpy(&words, &wrong, 16);
  return (words[0] | words[1]) == 0;
}

/// Whether a backslash is among `count` bytes; up to seven bytes behind them are read.
OMNI_INLINE bool has_escape(const uint8_t *bytes, size_t count) {
  for (size_t place = 0; place < count; place += 8) {
    uint64_t found = load(bytes + place) ^ all('\\');
    found = (found - all(1)) & ~found & all(0x80);
    if (count - place < 8) found &= (uint64_t(1) << 8 * (count - place)) - 1;
    if (found) return true;
  }
  return false;
}

/// A number of one to eight digits, without a branch for each of them.
OMNI_INLINE bool digits8(const uint8_t *bytes, size_t count, uint64_t &value) {
  uint64_t word = (load(bytes) - all('0')) << (64 - 8 * count);
  if ((word | (word + all(0x76))) & all(0x80)) return false;
  word = word * 10 + (word >> 8);
  word = ((word & 0x000000FF000000FFu) * (100 + (uint64_t(1000000) << 32)) +
          (word >> 16 & 0x000000FF000000FFu) * (1 + (uint64_t(10000) << 32))) >>
         32;
  value = word;
  return true;
}

/// A walk over the index of one line.
struct Walk {
  const uint8_t *base;
  const uint32_t *next;
  omni_payload &out;
  /// How many bytes the tokens have.
  size_t length = 0;

  OMNI_INLINE const uint8_t *here() const { return base + *next; }

  OMNI_INLINE bool take(uint8_t byte) {
    if (*here() != byte) return false;
    next++;
    length++;
    return true;
  }

  /// A string that ends right before the next token.
  OMNI_INLINE bool string(omni_text &into) {
    const uint8_t *begin = here();
    const uint8_t *end = base + next[1] - 1;
    if (*begin != '"' || end <= begin || *end != '"') return false;
    into.bytes = begin + 1;
    into.count = end - begin - 1;
    next++;
    length += into.count + 2;
    return true;
  }

  /// A string without escapes. Where the reader takes digits only, it need not be asked.
  OMNI_INLINE bool plain(omni_text &into) {
    return string(into) && !has_escape(into.bytes, into.count);
  }

  OMNI_INLINE bool id(omni_id &into) {
    const uint8_t *begin = here();
    if (*begin != '"' || next[1] - next[0] != 34 || begin[33] != '"') return false;
    next++;
    length += 34;
    return hex32(begin + 1, into);
  }

  OMNI_INLINE bool number(uint64_t &into) {
    const uint8_t *begin = here();
    size_t count = next[1] - next[0];
    if (count == 0 || count > 16 || (count > 1 && *begin == '0')) return false;
    if (count <= 8) {
      if (!digits8(begin, count, into)) return false;
    } else {
      uint64_t first, last;
      if (!digits8(begin, count - 8, first) || !digits8(begin + count - 8, 8, last)) return false;
      into = first * 100000000 + last;
    }
    next++;
    length += count;
    return true;
  }

  /// A key and its colon; `before` is the byte of the token before it.
  template <size_t N>
  OMNI_INLINE bool key(const char (&name)[N], uint8_t before) {
    const uint8_t *begin = base + next[1];
    if (base[next[0]] != before || base[next[2]] != ':' || std::memcmp(begin, name, N - 1) != 0)
      return false;
    next += 3;
    length += N + 1;
    return true;
  }

  OMNI_INLINE bool leg() {
    if (out.leg_count == OMNI_LEGS_MAX) return false;
    omni_payload_leg &leg = out.legs[out.leg_count++];
    return key("\"debit\"", '{') && plain(leg.debit) && key("\"credit\"", ',') &&
           plain(leg.credit) && key("\"amount\"", ',') && string(leg.amount) &&
           key("\"asset\"", ',') && string(leg.asset) && take('}');
  }

  OMNI_INLINE bool legs() {
    if (!take('[')) return false;
    if (take(']')) return true;
    do
      if (!leg()) return false;
    while (take(','));
    return take(']');
  }

  OMNI_INLINE bool parents() {
    if (!take('[')) return false;
    if (take(']')) return true;
    do
      if (out.parent_count == OMNI_PARENTS_MAX || !id(out.parent_numbers[out.parent_count++]))
        return false;
    while (take(','));
    return take(']');
  }

  OMNI_INLINE bool flags() {
    if (!take('[')) return false;
    if (take(']')) return true;
    do
      if (out.flag_count == OMNI_FLAGS_MAX || !plain(out.flags[out.flag_count++])) return false;
    while (take(','));
    return take(']');
  }

  OMNI_INLINE bool instant() {
    if (*here() == '"') return string(out.ts);
    uint64_t value;
    if (!number(value)) return false;
    out.has_ts_number = 1;
    out.ts_number = static_cast<int64_t>(value);
    return true;
  }

  OMNI_INLINE bool document() {
    if (!(key("\"id\"", '{') && id(out.id_number) && key("\"sender\"", ',') && plain(out.sender) &&
          key("\"legs\"", ',') && legs() && key("\"nonce\"", ',') && number(out.nonce)))
      return false;
    if (key("\"parents\"", ',') && !parents()) return false;
    if (key("\"flags\"", ',') && !flags()) return false;
    if (key("\"timeout_ms\"", ',') && !number(out.timeout)) return false;
    if (!key("\"ts\"", ',') || !instant()) return false;
    if (key("\"sig\"", ',')) {
      out.has_sig = 1;
      if (!string(out.sig)) return false;
    }
    return take('}');
  }
};

}  // namespace

extern "C" int32_t omni_read_hex128(const uint8_t *bytes, uint64_t *low, uint64_t *high) {
  omni_id id;
  if (!hex32(bytes, id)) return 0;
  *low = id.low;
  *high = id.high;
  return 1;
}

extern "C" size_t omni_payload_index(omni_payload_parser *parser, const uint8_t *block,
                                     size_t count) {
  if (count > OMNI_BLOCK_MAX) count = OMNI_BLOCK_MAX;
  while (count > 0 && block[count - 1] != '\n') count--;
  parser->next = 0;
  parser->block_count = 0;
  if (count > 0 && !parser->index->stage1(block, count, simdjson::stage1_mode::regular))
    parser->block_count = count;
  return count;
}

extern "C" size_t omni_payload_plain(omni_payload_parser *parser, const uint8_t *block,
                                     size_t offset, omni_payload *payload) {
  if (offset >= parser->block_count) return 0;
  const uint32_t *index = parser->index->structural_indexes.get();
  // Behind the last entry stands the block's length, so this ends.
  while (index[parser->next] < offset) parser->next++;
  if (index[parser->next] != offset) return 0;
  payload->error = OMNI_PAYLOAD_RIGHT;
  payload->field = OMNI_FIELD_NONE;
  payload->leg_count = payload->parent_count = payload->flag_count = 0;
  payload->timeout = 0;
  payload->has_ts_number = payload->has_sig = 0;
  Walk walk{block, index + parser->next, *payload};
  if (!walk.document()) return 0;
  size_t end = walk.next[-1] + size_t(1);
  if (end >= parser->block_count || block[end] != '\n') return 0;
  // More bytes than the tokens have are blanks; none of them may end the line.
  if (end - offset != walk.length && std::memchr(block + offset, '\n', end - offset)) return 0;
  parser->next = static_cast<uint32_t>(walk.next - index);
  return end - offset;
}
