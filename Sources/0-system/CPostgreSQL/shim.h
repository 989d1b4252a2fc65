#include <libpq-fe.h>
#include <poll.h>

// Waits until the connection's socket can be read or written; what poll returns.
static inline int omni_pq_wait(const PGconn *connection, int writing, int milliseconds) {
  struct pollfd one = {PQsocket(connection), writing ? POLLOUT : POLLIN, 0};
  return poll(&one, 1, milliseconds);
}
