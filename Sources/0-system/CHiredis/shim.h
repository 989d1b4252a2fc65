#include <hiredis/hiredis.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>

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

// glibc shows these two only to sources that ask for all of GNU.
extern int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
enum { omni_redis_peer_hung_up = 0x2000 };

/// Waits until `descriptor` can be read, or has an end or an error, for at most `nanoseconds`, which
/// are less than a second; more than 0 if so.
///
/// For the first `spinning` nanoseconds the thread asks again and again, since a core that falls
/// asleep takes longer to wake than a near server to answer; it gives way to whoever is ready to run.
static inline int omni_redis_wait_shortly(int descriptor, long nanoseconds, long spinning) {
  struct pollfd polled = { .fd = descriptor, .events = POLLIN };
  struct timespec time = { 0, 0 }, now;
  unsigned rounds = 0;
  if (spinning > nanoseconds) spinning = nanoseconds;
  if (spinning > 0) {
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long end = now.tv_sec * 1000000000ll + now.tv_nsec + spinning;
    do {
      int count = ppoll(&polled, 1, &time, 0);
      if (count != 0) return count;
      // Whoever is ready to run may be the server itself.
      if (++rounds % 16 == 0) sched_yield();
      clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec * 1000000000ll + now.tv_nsec < end);
  }
  time.tv_nsec = nanoseconds - spinning;
  return ppoll(&polled, 1, &time, 0);
}

/// Waits until `wake` can be read or the other side of `descriptor` has hung up, however much there
/// is to read; 0 or less if there is nothing, 1 for a wake-up, 2 for the end.
static inline int omni_redis_wait_for_end(int wake, int descriptor) {
  struct pollfd polled[2] = {
    { .fd = wake, .events = POLLIN }, { .fd = descriptor, .events = omni_redis_peer_hung_up }
  };
  int count = poll(polled, 2, -1);
  return count > 0 && polled[1].revents ? 2 : count;
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
