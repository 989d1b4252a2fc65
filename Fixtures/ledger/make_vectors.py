"""Makes transactions.json: test vectors of the canonical form of a transaction, written down a second
time from docs/reference/transaction-format.md, with nothing but Python's standard library.

    python3 Fixtures/ledger/make_vectors.py > Fixtures/ledger/transactions.json
"""
import hashlib
import json
import struct

# Ed25519 as in RFC 8032, section 5.1: slow, short, and nobody's secret depends on it.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def recover_x(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x & 1 != sign else x


BASE = (recover_x(BASE_Y, 0), BASE_Y)


def add(a, b):
    x1, y1 = a
    x2, y2 = b
    t = D * x1 * x2 * y1 * y2 % P
    return (
        (x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P) % P,
    )


def multiply(k, point):
    result = (0, 1)
    while k:
        if k & 1:
            result = add(result, point)
        point = add(point, point)
        k >>= 1
    return result


def pack(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def expand(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little")
    a &= (1 << 254) - 8
    a |= 1 << 254
    return a, h[32:]


def sign(seed, message):
    a, prefix = expand(seed)
    public = pack(multiply(a, BASE))
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    big_r = pack(multiply(r, BASE))
    h = int.from_bytes(hashlib.sha512(big_r + public + message).digest(), "little") % L
    return public, big_r + ((r + h * a) % L).to_bytes(32, "little")


# The canonical form.
FLAGS = ["pending", "post", "void", "linked", "balancing", "closing_debit", "closing_credit", "imported"]


def key(name):
    return hashlib.sha256(b"omni:account:" + name.encode()).digest()[:8] if name else bytes(8)


def canonical(t, signature=None):
    """The bytes to be signed, when there is to be a signature but is none yet; else the whole form."""
    legs = t["legs"]
    parents = sorted(int(p, 16) for p in t["parents"])
    first = legs[0] if legs else dict(debit="", credit="", minor="0", asset="", digits=0)
    signed = 1 if "seed" in t else 0
    flags = sum(1 << FLAGS.index(f) for f in t["flags"])
    parent_bytes = b"".join(p.to_bytes(16, "little") for p in parents)
    tail_words = 6 * max(0, len(legs) - 1) + 2 * len(parents) + 8 * signed
    header = int(t["id"], 16).to_bytes(16, "little")
    header += int(first["minor"]).to_bytes(16, "little")
    header += key(t["sender"]) + key(first["debit"]) + key(first["credit"])
    header += first["asset"].encode().ljust(8, b"\0")
    header += struct.pack("<Qq", t["nonce"], t["ts"])
    header += struct.pack("<IHBB", t["timeout_ms"], flags, len(legs), first["digits"])
    header += struct.pack("<HHBBH", len(parents), tail_words, 1, signed, 0)
    header += hashlib.sha256(parent_bytes).digest() if parents else bytes(32)
    assert len(header) == 128
    tail = b""
    for leg in legs[1:]:
        tail += int(leg["minor"]).to_bytes(16, "little") + key(leg["debit"]) + key(leg["credit"])
        tail += leg["asset"].encode().ljust(8, b"\0") + struct.pack("<Q", leg["digits"])
    return header + tail + parent_bytes + (signature or b"")


def transaction(number, **changes):
    t = dict(
        id="%032x" % (number * 0x0123456789ABCDEF0123456789ABCDEF % 2**128), sender="alice", nonce=number,
        ts=1764000000000000000 + number, flags=[], timeout_ms=0, parents=[],
        legs=[dict(debit="alice", credit="bob", minor="1234", asset="USD", digits=2)])
    t.update(changes)
    return t


VECTORS = [
    transaction(1),
    transaction(2, parents=["f" * 31 + "e", "0" * 31 + "1", "00112233445566778899aabbccddeeff"]),
    transaction(3, legs=[
        dict(debit="alice", credit="bob", minor="1", asset="USD", digits=2),
        dict(debit="Übersee/Konto 7", credit="bob", minor=str(2**125), asset="ETH", digits=18),
        dict(debit="a:b:c", credit="d", minor="99", asset="A.B-C_:9", digits=0)]),
    transaction(4, flags=["pending", "linked", "closing_debit"], timeout_ms=4294967295),
    transaction(5, flags=["post"], legs=[], parents=["%032x" % 7]),
    transaction(6, flags=["void", "linked"], legs=[], parents=["%032x" % 7, "%032x" % 8], seed="07" * 32),
    transaction(7, flags=["imported", "balancing", "closing_credit"], ts=-1, seed="9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
    transaction(8, nonce=2**64 - 1, parents=["%032x" % n for n in range(1, 65)]),
]

if __name__ == "__main__":
    for t in VECTORS:
        signature = None
        if "seed" in t:
            public, signature = sign(bytes.fromhex(t["seed"]), canonical(t))
            t["public_key"], t["sig"] = public.hex(), signature.hex()
        form = canonical(t, signature)
        t["canonical"], t["sha256"] = form.hex(), hashlib.sha256(form).hexdigest()
    print(json.dumps(VECTORS, indent=1, ensure_ascii=False))
