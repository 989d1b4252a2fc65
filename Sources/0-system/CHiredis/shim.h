#include <hiredis/hiredis.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// What the connector needs of Linux beside hiredis, and Swift's module of the C library lacks.

/// A descriptor that can be read from once it was signalled, or -1.
static inline int omni_redis_wake_open(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/// Makes `descriptor` readable; fails only when it is already.
static inline int omni_redis_wake_signal(int descriptor) { return eventfd_write(descriptor, 1); }

/// Makes `descriptor` unreadable until the next signal.
static inline int omni_redis_wake_clear(int descriptor) {
  eventfd_t count;
  return eventfd_read(descriptor, &count);
}

/// Gives the calling thread a name, of which the system keeps 15 bytes.
static inline int omni_redis_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Whether the library reads `+OK` as a status of two letters.
static inline int omni_redis_answers_right(void) {
  redisReader *reader = redisReaderCreate();
  void *reply = 0;
  if (!reader) return 0;
  int right = redisReaderFeed(reader, "+OK\r\n", 5) == REDIS_OK
    && redisReaderGetReply(reader, &reply) == REDIS_OK && reply
    && ((redisReply *)reply)->type == REDIS_REPLY_STATUS && ((redisReply *)reply)->len == 2;
  if (reply) freeReplyObject(reply);
  redisReaderFree(reader);
  return right;
}
