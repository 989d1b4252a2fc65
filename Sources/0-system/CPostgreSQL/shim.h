#include <libpq-fe.h>
#include <poll.h>

// Waits until the connection's socket can be read (0), written (1) or either (2); what poll returns.
static inline int omni_pq_wait(const PGconn *connection, int writing, int milliseconds) {
  short events = writing == 0 ? POLLIN : writing == 1 ? POLLOUT : POLLIN | POLLOUT;
  struct pollfd one = {PQsocket(connection), events, 0};
  return poll(&one, 1, milliseconds);
}
