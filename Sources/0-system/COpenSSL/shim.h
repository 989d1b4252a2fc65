// The functions of SHA-256 that keep their state with the caller: for short messages, where looking
// an algorithm up costs more than the digest.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
