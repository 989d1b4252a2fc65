#ifndef OMNI_CSIMDJSON_H
#define OMNI_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of a string, escapes undone; they live until the next document is parsed.
typedef struct {
  const uint8_t *_Nullable bytes;
  size_t count;
} omni_text;

/// A number of 128 bits.
typedef struct {
  uint64_t low, high;
} omni_id;

typedef struct {
  omni_text debit, credit, amount, asset;
} omni_payload_leg;

enum {
  OMNI_LEGS_MAX = 16,
  OMNI_PARENTS_MAX = 64,
  OMNI_FLAGS_MAX = 8,
  /// How many bytes have to be readable behind a document.
  OMNI_PAYLOAD_PADDING = 64,
  /// How many bytes of lines are indexed at once.
  OMNI_BLOCK_MAX = 1 << 15
};

enum {
  OMNI_PAYLOAD_RIGHT = 0,
  /// Not well-formed JSON.
  OMNI_PAYLOAD_SYNTAX,
  /// The bytes are not UTF-8.
  OMNI_PAYLOAD_ENCODING,
  /// A key that payloads do not have.
  OMNI_PAYLOAD_UNKNOWN_KEY,
  /// A key that stands twice.
  OMNI_PAYLOAD_DOUBLED_KEY,
  /// A key that is not there.
  OMNI_PAYLOAD_MISSING_KEY,
  /// A value of another type, or a number out of range.
  OMNI_PAYLOAD_TYPE,
  /// More elements than there is room for.
  OMNI_PAYLOAD_TOO_MANY,
  /// Something behind the document.
  OMNI_PAYLOAD_TRAILING
};

enum {
  OMNI_FIELD_NONE = 0,
  OMNI_FIELD_ID,
  OMNI_FIELD_SENDER,
  OMNI_FIELD_LEGS,
  OMNI_FIELD_NONCE,
  OMNI_FIELD_PARENTS,
  OMNI_FIELD_FLAGS,
  OMNI_FIELD_TIMEOUT,
  OMNI_FIELD_TS,
  OMNI_FIELD_SIG,
  OMNI_FIELD_DEBIT,
  OMNI_FIELD_CREDIT,
  OMNI_FIELD_AMOUNT,
  OMNI_FIELD_ASSET
};

/// The fields of a payload as they stand in it.
typedef struct {
  int32_t error;
  int32_t field;
  omni_text id, sender, ts, sig;
  uint64_t nonce;
  uint64_t timeout;
  int64_t ts_number;
  int32_t has_ts_number, has_sig;
  uint32_t leg_count, parent_count, flag_count;
  omni_payload_leg legs[OMNI_LEGS_MAX];
  omni_text parents[OMNI_PARENTS_MAX];
  omni_text flags[OMNI_FLAGS_MAX];
  /// What `omni_payload_plain` puts in the places of `id` and `parents`.
  omni_id id_number;
  omni_id parent_numbers[OMNI_PARENTS_MAX];
} omni_payload;

typedef struct omni_payload_parser omni_payload_parser;

/// The beginnings of a payload's lists.
static inline const omni_payload_leg *_Nonnull omni_payload_legs(
    const omni_payload *_Nonnull payload) {
  return payload->legs;
}
static inline const omni_text *_Nonnull omni_payload_flags(const omni_payload *_Nonnull payload) {
  return payload->flags;
}
static inline const omni_text *_Nonnull omni_payload_parents(
    const omni_payload *_Nonnull payload) {
  return payload->parents;
}
static inline const omni_id *_Nonnull omni_payload_parent_numbers(
    const omni_payload *_Nonnull payload) {
  return payload->parent_numbers;
}

/// Makes a parser of documents of up to `capacity` bytes; null without memory.
omni_payload_parser *_Nullable omni_payload_parser_create(size_t capacity);
void omni_payload_parser_destroy(omni_payload_parser *_Nonnull parser);

/// Parses one document. `OMNI_PAYLOAD_PADDING` bytes behind it must be readable.
void omni_payload_parse(omni_payload_parser *_Nonnull parser, const uint8_t *_Nonnull bytes,
                        size_t count, omni_payload *_Nonnull payload);

/// Indexes the whole lines at the beginning of a block, at most `OMNI_BLOCK_MAX` bytes of them.
/// `OMNI_PAYLOAD_PADDING` bytes behind the block must be readable.
///
/// Returns how many bytes these lines have; 0 if the first one does not end in time.
size_t omni_payload_index(omni_payload_parser *_Nonnull parser, const uint8_t *_Nonnull block,
                          size_t count);

/// Reads the payload of the line at `offset` of the block that was indexed last, if it has the
/// usual form; `id` and `parents` come as numbers only. Lines are to be read in their order.
///
/// Returns the line's length without its feed; 0 if the line is to be read by `omni_payload_parse`,
/// which tells what is wrong with it, if anything is.
size_t omni_payload_plain(omni_payload_parser *_Nonnull parser, const uint8_t *_Nonnull block,
                          size_t offset, omni_payload *_Nonnull payload);

/// The benchmark's ceiling: reads the same fields of every line and stores nothing.
///
/// Returns how many documents were read; `sum` keeps the work from being left out.
uint64_t omni_payload_ceiling(omni_payload_parser *_Nonnull parser, const uint8_t *_Nonnull bytes,
                              size_t count, uint64_t *_Nonnull sum);

/// Reads 32 hexadecimal digits; returns 0 when one of them is none.
int32_t omni_read_hex128(const uint8_t *_Nonnull bytes, uint64_t *_Nonnull low,
                         uint64_t *_Nonnull high);

/// Where `byte` first stands in `bytes`, or `count` if it does not.
size_t omni_find_byte(const uint8_t *_Nonnull bytes, size_t count, uint8_t byte);

/// The version of simdjson, as text.
const char *_Nonnull omni_simdjson_version(void);

#ifdef __cplusplus
}
#endif
#endif
