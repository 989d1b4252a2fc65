#include <stdint.h>
#include <stddef.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// rd_kafka_producev takes a list of any length, which Swift does not call; its macros are not seen.
// The bytes are copied before it returns. A null key or value has no address; an empty one has.

static inline rd_kafka_resp_err_t omni_kafka_produce(
    rd_kafka_t *client, const char *topic, int32_t partition, rd_kafka_message_t content,
    int64_t milliseconds) {
  return rd_kafka_producev(
      client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
      RD_KAFKA_V_KEY(content.key, content.key_len),
      RD_KAFKA_V_VALUE(content.payload, content.len), RD_KAFKA_V_TIMESTAMP(milliseconds),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(content._private),
      RD_KAFKA_V_END);
}

// Macros with casts and long comments, as values.

static const int32_t omni_kafka_any_partition = RD_KAFKA_PARTITION_UA;
static const int64_t omni_kafka_offset_beginning = RD_KAFKA_OFFSET_BEGINNING;
static const int64_t omni_kafka_offset_end = RD_KAFKA_OFFSET_END;
static const int64_t omni_kafka_offset_stored = RD_KAFKA_OFFSET_STORED;
