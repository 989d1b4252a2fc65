#include "parser.h"

#include <new>
#include <utility>

using namespace simdjson;

namespace {

OMNI_INLINE omni_text text(std::string_view view) {
  return {reinterpret_cast<const uint8_t *>(view.data()), view.size()};
}

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

/// What an error of the library means for a value of `field`.
int32_t meaning(error_code error) {
  switch (error) {
    case SUCCESS: return OMNI_PAYLOAD_RIGHT;
    case INCORRECT_TYPE:
    case NUMBER_ERROR:
    case NUMBER_OUT_OF_RANGE: return OMNI_PAYLOAD_TYPE;
    case UTF8_ERROR: return OMNI_PAYLOAD_ENCODING;
    default: return OMNI_PAYLOAD_SYNTAX;
  }
}

struct Reader {
  omni_payload &out;

  bool fail(int32_t error, int32_t field) {
    out.error = error;
    out.field = field;
    return false;
  }

  OMNI_INLINE bool string(ondemand::value value, omni_text &into, int32_t field) {
    std::string_view view;
    auto error = value.get_string().get(view);
    if (error) return fail(meaning(error), field);
    into = text(view);
    return true;
  }

  OMNI_INLINE bool leg(ondemand::value value) {
    if (out.leg_count == OMNI_LEGS_MAX) return fail(OMNI_PAYLOAD_TOO_MANY, OMNI_FIELD_LEGS);
    omni_payload_leg &leg = out.legs[out.leg_count];
    ondemand::object object;
    auto error = value.get_object().get(object);
    if (error) return fail(meaning(error), OMNI_FIELD_LEGS);
    uint32_t seen = 0;
    for (auto item : object) {
      ondemand::field field;
      if ((error = std::move(item).get(field))) return fail(meaning(error), OMNI_FIELD_LEGS);
      int32_t name = field_of(field.key().raw());
      if (name < OMNI_FIELD_DEBIT) return fail(OMNI_PAYLOAD_UNKNOWN_KEY, OMNI_FIELD_LEGS);
      if (seen & 1u << name) return fail(OMNI_PAYLOAD_DOUBLED_KEY, name);
      seen |= 1u << name;
      omni_text &into = name == OMNI_FIELD_DEBIT    ? leg.debit
                        : name == OMNI_FIELD_CREDIT ? leg.credit
                        : name == OMNI_FIELD_AMOUNT ? leg.amount
                                                    : leg.asset;
      if (!string(field.value(), into, name)) return false;
    }
    for (int32_t name = OMNI_FIELD_DEBIT; name <= OMNI_FIELD_ASSET; name++)
      if (!(seen & 1u << name)) return fail(OMNI_PAYLOAD_MISSING_KEY, name);
    out.leg_count++;
    return true;
  }

  OMNI_INLINE bool legs(ondemand::value value) {
    ondemand::array array;
    auto error = value.get_array().get(array);
    if (error) return fail(meaning(error), OMNI_FIELD_LEGS);
    for (auto item : array) {
      ondemand::value element;
      if ((error = item.get(element))) return fail(meaning(error), OMNI_FIELD_LEGS);
      if (!leg(element)) return false;
    }
    return true;
  }

  OMNI_INLINE bool strings(ondemand::value value, omni_text *into, uint32_t &count, uint32_t most,
               int32_t field) {
    ondemand::array array;
    auto error = value.get_array().get(array);
    if (error) return fail(meaning(error), field);
    for (auto item : array) {
      ondemand::value element;
      if ((error = item.get(element))) return fail(meaning(error), field);
      if (count == most) return fail(OMNI_PAYLOAD_TOO_MANY, field);
      if (!string(element, into[count], field)) return false;
      count++;
    }
    return true;
  }

  OMNI_INLINE bool number(ondemand::value value, uint64_t &into, int32_t field) {
    auto error = value.get_uint64().get(into);
    return error ? fail(meaning(error), field) : true;
  }

  OMNI_INLINE bool instant(ondemand::value value) {
    ondemand::json_type type;
    auto error = value.type().get(type);
    if (error) return fail(meaning(error), OMNI_FIELD_TS);
    if (type == ondemand::json_type::string) return string(value, out.ts, OMNI_FIELD_TS);
    out.has_ts_number = 1;
    error = value.get_int64().get(out.ts_number);
    return error ? fail(meaning(error), OMNI_FIELD_TS) : true;
  }

  OMNI_INLINE bool member(ondemand::field &field, int32_t name) {
    switch (name) {
      case OMNI_FIELD_ID: return string(field.value(), out.id, name);
      case OMNI_FIELD_SENDER: return string(field.value(), out.sender, name);
      case OMNI_FIELD_LEGS: return legs(field.value());
      case OMNI_FIELD_NONCE: return number(field.value(), out.nonce, name);
      case OMNI_FIELD_PARENTS:
        return strings(field.value(), out.parents, out.parent_count, OMNI_PARENTS_MAX, name);
      case OMNI_FIELD_FLAGS:
        return strings(field.value(), out.flags, out.flag_count, OMNI_FLAGS_MAX, name);
      case OMNI_FIELD_TIMEOUT: return number(field.value(), out.timeout, name);
      case OMNI_FIELD_TS: return instant(field.value());
      case OMNI_FIELD_SIG: out.has_sig = 1; return string(field.value(), out.sig, name);
      default: return fail(OMNI_PAYLOAD_UNKNOWN_KEY, OMNI_FIELD_NONE);
    }
  }

  void document(ondemand::document &document) {
    ondemand::object object;
    auto error = document.get_object().get(object);
    if (error) {
      fail(meaning(error), OMNI_FIELD_NONE);
      return;
    }
    uint32_t seen = 0;
    for (auto item : object) {
      ondemand::field field;
      if ((error = std::move(item).get(field))) {
        fail(meaning(error) == OMNI_PAYLOAD_ENCODING ? OMNI_PAYLOAD_ENCODING : OMNI_PAYLOAD_SYNTAX,
             OMNI_FIELD_NONE);
        return;
      }
      int32_t name = field_of(field.key().raw());
      if (name == OMNI_FIELD_NONE || name >= OMNI_FIELD_DEBIT) {
        fail(OMNI_PAYLOAD_UNKNOWN_KEY, OMNI_FIELD_NONE);
        return;
      }
      if (seen & 1u << name) {
        fail(OMNI_PAYLOAD_DOUBLED_KEY, name);
        return;
      }
      seen |= 1u << name;
      if (!member(field, name)) return;
    }
    const int32_t wanted[] = {OMNI_FIELD_ID, OMNI_FIELD_SENDER, OMNI_FIELD_LEGS, OMNI_FIELD_NONCE,
                              OMNI_FIELD_TS};
    for (int32_t name : wanted)
      if (!(seen & 1u << name)) {
        fail(OMNI_PAYLOAD_MISSING_KEY, name);
        return;
      }
    // At the end there is no current place; anywhere else something stands there.
    const char *rest;
    if (document.current_location().get(rest) == SUCCESS)
      fail(OMNI_PAYLOAD_TRAILING, OMNI_FIELD_NONE);
  }
};

}  // namespace

extern "C" omni_payload_parser *omni_payload_parser_create(size_t capacity) {
  auto *parser = new (std::nothrow) omni_payload_parser;
  if (!parser) return nullptr;
  parser->capacity = capacity;
  if (parser->parser.allocate(capacity) ||
      get_active_implementation()->create_dom_parser_implementation(OMNI_BLOCK_MAX, 8,
                                                                    parser->index)) {
    delete parser;
    return nullptr;
  }
  return parser;
}

extern "C" void omni_payload_parser_destroy(omni_payload_parser *parser) { delete parser; }

extern "C" void omni_payload_parse(omni_payload_parser *parser, const uint8_t *bytes, size_t count,
                                   omni_payload *payload) {
  payload->error = OMNI_PAYLOAD_RIGHT;
  payload->field = OMNI_FIELD_NONE;
  payload->leg_count = payload->parent_count = payload->flag_count = 0;
  payload->timeout = 0;
  payload->has_ts_number = payload->has_sig = 0;
  if (count == 0 || count > parser->capacity) {
    payload->error = OMNI_PAYLOAD_SYNTAX;
    return;
  }
  ondemand::document document;
  auto error = parser->parser
                   .iterate(reinterpret_cast<const char *>(bytes), count,
                            count + OMNI_PAYLOAD_PADDING)
                   .get(document);
  if (error) {
    payload->error = error == UTF8_ERROR ? OMNI_PAYLOAD_ENCODING : OMNI_PAYLOAD_SYNTAX;
    return;
  }
  Reader{*payload}.document(document);
}

extern "C" uint64_t omni_payload_ceiling(omni_payload_parser *parser, const uint8_t *bytes,
                                         size_t count, uint64_t *sum) {
  const char *at = reinterpret_cast<const char *>(bytes);
  const char *end = at + count;
  uint64_t documents = 0, total = 0;
  while (at < end) {
    const char *feed = static_cast<const char *>(std::memchr(at, '\n', end - at));
    size_t length = (feed ? feed : end) - at;
    ondemand::document document;
    if (length && !parser->parser.iterate(at, length, length + OMNI_PAYLOAD_PADDING).get(document)) {
      ondemand::object object;
      std::string_view view;
      uint64_t number;
      bool right = !document.get_object().get(object);
      if (right && !object["id"].get_string().get(view)) total += view.size() + view[0];
      if (right && !object["sender"].get_string().get(view)) total += view.size() + view[0];
      ondemand::array legs;
      if (right && !object["legs"].get_array().get(legs))
        for (auto leg : legs) {
          if (!leg["debit"].get_string().get(view)) total += view.size() + view[0];
          if (!leg["credit"].get_string().get(view)) total += view.size() + view[0];
          if (!leg["amount"].get_string().get(view)) total += view.size() + view[0];
          if (!leg["asset"].get_string().get(view)) total += view.size() + view[0];
        }
      if (right && !object["nonce"].get_uint64().get(number)) total += number;
      ondemand::array parents;
      if (right && !object["parents"].get_array().get(parents))
        for (auto parent : parents)
          if (!parent.get_string().get(view)) total += view.size() + view[0];
      ondemand::array flags;
      if (right && !object["flags"].get_array().get(flags))
        for (auto flag : flags)
          if (!flag.get_string().get(view)) total += view.size();
      if (right && !object["ts"].get_string().get(view)) total += view.size() + view[0];
      documents++;
    }
    at += length + 1;
  }
  *sum = total;
  return documents;
}

extern "C" size_t omni_find_byte(const uint8_t *bytes, size_t count, uint8_t byte) {
  const void *found = std::memchr(bytes, byte, count);
  return found ? static_cast<const uint8_t *>(found) - bytes : count;
}

extern "C" const char *omni_simdjson_version(void) {
#define OMNI_TEXT(x) #x
#define OMNI_VERSION(x) OMNI_TEXT(x)
  return OMNI_VERSION(SIMDJSON_VERSION);
}
