#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast that Swift does not see: SQLite copies the bytes before it returns.

static inline int omni_sqlite3_bind_text(sqlite3_stmt *statement, int number, const char *bytes, long long count) {
  return sqlite3_bind_text64(statement, number, bytes, (sqlite3_uint64)count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int omni_sqlite3_bind_blob(sqlite3_stmt *statement, int number, const void *bytes, long long count) {
  return sqlite3_bind_blob64(statement, number, bytes, (sqlite3_uint64)count, SQLITE_TRANSIENT);
}
