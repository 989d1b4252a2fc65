#!/usr/bin/env python3
"""Checks what an OMNI ledger hands out, with Python alone and nothing of OMNI.

    verify.py FILE --key KEY [--key KEY] [--witness KEY] [--earlier CHECKPOINT] [--ignore-unknown]

FILE is a receipt, a proof of a balance, of reserves or of consistency, or a checkpoint; KEY is a public key
or its file. It is written from RFC 9162 (Merkle trees), RFC 8032 (Ed25519), the C2SP pages signed-note,
tlog-checkpoint, tlog-cosignature, tlog-proof and tlog-witness, and docs/reference/proof-format.md.
"""
import argparse, base64, hashlib, os, sys


class Bad(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Bad(what)


def sha(data):
    return hashlib.sha256(data).digest()


# Ed25519, RFC 8032, section 5.1.7: a point is (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    need(y < P, "a key or signature that is no point")
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    need((x * x - square) % P == 0 and (x or not sign), "a key or signature that is no point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signed(key, message, signature):
    try:
        s = int.from_bytes(signature[32:], "little")
        if len(signature) != 64 or s >= L:
            return False
        k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
        left, right = times(s, BASE), add(point(signature[:32]), times(k, point(key)))
        return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)
    except Bad:
        return False


# Texts that have one form only.
def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad("text that is no base 64")
    need(base64.b64encode(data).decode() == text, "base 64 in another form")
    return data


def unhash(text):
    data = unbase64(text)
    need(len(data) == 32, "a hash of %d bytes" % len(data))
    return data


def number(text):
    need(text.isascii() and text.isdigit() and (text == "0" or text[0] != "0"), "no whole number: %r" % text)
    return int(text)


# RFC 9162, section 2.1.
def leaf(entry):
    return sha(b"\0" + entry)


def node(left, right):
    return sha(b"\1" + left + right)


def root_of(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root_of(leaves[:split]), root_of(leaves[split:]))


def climb(index, size, value, path, join=node):
    """Section 2.1.3.2: the root above a leaf."""
    need(index < size, "no such leaf")
    first, last = index, size - 1
    for sibling in path:
        need(last > 0, "too many hashes")
        if first & 1 or first == last:
            value = join(sibling, value)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            value = join(value, sibling)
        first, last = first >> 1, last >> 1
    need(last == 0, "too few hashes")
    return value


def consistent(old, new, old_root, new_root, path):
    """Section 2.1.4.2: whether the larger tree begins with the smaller one."""
    if old == 0 or old == new:
        return not path and old <= new and old_root == (new_root if old else sha(b""))
    if old > new or not path:
        return False
    path = ([old_root] if old & (old - 1) == 0 else []) + list(path)
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            before, after = node(sibling, before), node(sibling, after)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            after = node(after, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


# C2SP notes, keys and checkpoints.
def read_key(text):
    name, given, rest = (text[:-1] if text.endswith("\n") else text).split("+", 2)
    data = unbase64(rest)
    need(name and len(data) == 33 and data[0] in (1, 4), "no key of a known kind")
    found = sha(name.encode() + b"\n" + data)[:4]
    need(given == found.hex(), "a key with another identifier")
    return name, found, data[0], data[1:]


def read_note(data):
    text, blank, tail = data.decode().rpartition("\n\n")
    need(blank and text and tail.endswith("\n") and all(c >= " " or c == "\n" for c in data.decode()), "no signed note")
    lines = [line.split(" ") for line in tail[:-1].split("\n")]
    need(all(len(w) == 3 and w[0] == "\u2014" for w in lines), "a line that is no signature")
    signatures = [(w[1], unbase64(w[2])) for w in lines]
    need(len({(n, s[:4]) for n, s in signatures}) == len(lines), "one signer twice")
    return text + "\n", signatures


def signers(text, signatures, keys, ignore_unknown=False):
    found = []
    for name, data in signatures:
        key = next((k for k in keys if k[0] == name and k[1] == data[:4]), None)
        need(key or ignore_unknown, "a signature by %s, whose key was not given" % name)
        if not key:
            continue
        message, data = text.encode(), data[4:]
        if key[2] == 4:
            need(len(data) == 72 and data[0] < 128, "no cosignature")
            stamp, data = int.from_bytes(data[:8], "big"), data[8:]
            message = b"cosignature/v1\ntime %d\n" % stamp + message
        need(signed(key[3], message, data), "a wrong signature by " + name)
        found.append(key)
    return found


def read_checkpoint(note, trust, history=(), ignore_unknown=False):
    """Origin, size, root and state root of a checkpoint that is signed as it should be."""
    (text, signatures), (keys, witnesses) = note, trust
    lines = text.split("\n")
    need(len(lines) == 6 and lines[3].startswith("state ") and lines[4], "no checkpoint of a ledger")
    origin, size, root, state = lines[0], number(lines[1]), unhash(lines[2]), unhash(lines[3][6:])
    known = [k for k in keys if k[0] == origin and k[2] == 1]
    need(known, "a checkpoint of another log: " + origin)
    previous, declared = None, []
    for sequence, (index, entry, path) in enumerate(history, 1):
        need(climb(index, size, leaf(entry), path) == root, "a key that is not in the log")
        length = int.from_bytes(entry[1:9], "little")
        need(entry[0] == 4 and len(entry) == 9 + (length + 7) // 8 * 8 and not any(entry[9 + length:]), "no key entry")
        body, marks = read_note(entry[9:9 + length])
        parts = body.split("\n")
        need(parts[:3] == ["omni/key@v1", origin, str(sequence)] and len(parts) == 5, "no statement of a key")
        key = read_key(parts[3])
        wanted = ([previous] if previous else []) + [key]
        need(key[0] == origin and key[2] == 1 and signers(body, marks, wanted) == wanted, "a key that is not signed")
        declared, previous = declared + [key], key
    if any(k in known for k in declared):
        known += declared
    found = signers(text, signatures, known + witnesses, ignore_unknown)
    need(any(k in known for k in found), "no signature by the log")
    need(all(w in found for w in witnesses), "no signature by a witness")
    return origin, size, root, state


# The ledger's own forms, docs/reference/proof-format.md.
def account_key(name):
    return sha(b"omni:account:" + name.encode())[:8]


def words(text):
    data = text.encode()
    return len(data).to_bytes(8, "little") + data + bytes(-len(data) % 8)


class Lines:
    def __init__(self, data, title):
        head, blank, self.rest = data.partition(b"\n\n")
        self.lines = head.decode().split("\n")
        need(blank and self.lines.pop(0) == title, "no " + title)

    def take(self, word, count=None, many=False):
        need(self.lines and self.lines[0].startswith(word + " "), "no line of " + word)
        rest = self.lines.pop(0)[len(word) + 1:]
        if count is None:
            return rest
        parts = rest.split(" ", -1 if many else count - 1)
        need(len(parts) == count or many and len(parts) > count, "no line of " + word)
        return parts

    def all(self, word, *form):
        found = []
        while self.lines and self.lines[0].startswith(word + " "):
            found.append(self.take(word, *form))
        return found

    def history(self):
        keys = [(number(w[0]), unbase64(w[1]), [unhash(h) for h in w[2:]]) for w in self.all("key", 2, True)]
        need(not self.lines, "a line too many")
        return keys


def receipt(data, check):
    lines = Lines(data, "omni/receipt@v1")
    name, names, entry = lines.take("id"), lines.all("name"), unbase64(lines.take("entry"))
    history, (head, _, note) = lines.history(), lines.rest.partition(b"\n\n")
    title, index, *path = head.decode().split("\n")
    need(title == "c2sp.org/tlog-proof@v1" and index.startswith("index "), "no proof")
    origin, size, root, _ = check(read_note(note), history)
    need(climb(number(index[6:]), size, leaf(entry), [unhash(h) for h in path]) == root, "an entry that is not in the log")
    form, header = entry[1:], entry[1:129]
    legs, tail = header[86], int.from_bytes(header[90:92], "little")
    need(entry[0] == 2 and len(form) == 128 + 8 * tail and header[92] == 1, "no transaction")
    need("%032x" % int.from_bytes(header[:16], "little") == name, "an entry of another name")
    used = [header[32:40]] + ([header[40:48], header[48:56]] if legs else [])
    for place in range(128, 128 + 48 * (legs - 1), 48):
        used += [form[place + 16:place + 24], form[place + 24:place + 32]]
    need([account_key(n) for n in names] == list(dict.fromkeys(used)), "names of other accounts")
    return "receipt %s verified" % name


def total(left, right):
    return [a + b for a, b in zip(left, right)]


def packed(sums):
    return b"".join(s.to_bytes(24, "little") for s in sums)


def join_sums(left, right):
    content = left[0] + packed(left[1]) + right[0] + packed(right[1])
    return sha(b"\1" + content), total(left[1], right[1])


def class_leaf(name, asset, digits, count, top):
    content = words(name) + asset.encode().ljust(8, b"\0") + digits.to_bytes(8, "little") + count.to_bytes(8, "little")
    return leaf(b"\6" + content + packed(top[1]) + top[0])


def balance(data, check):
    lines = Lines(data, "omni/balance@v1")
    name, (asset, digits), normal = lines.take("account"), lines.take("asset", 2), lines.take("normal")
    limit, key = lines.take("limit"), lines.take("key")
    sums = [number(lines.take(w)) for w in ("debits", "credits", "pending_debits", "pending_credits")]
    nonce, closed = number(lines.take("nonce")), ["no", "yes"].index(lines.take("closed"))
    place = [number(w) for w in lines.take("place", 2)]
    nodes = [(unhash(w[0]), [number(s) for s in w[1:]]) for w in lines.all("node", 5)]
    way = lines.take("class", 2, True)
    _, _, _, state = check(read_note(lines.rest), lines.history())
    need(key == "none" or key == key.lower() and len(key) == 64, "no key of an account")
    digits, bound = number(digits), 0 if limit == "none" else number(limit)
    facts = digits | ["debit", "credit"].index(normal) << 8 | (limit != "none") << 16 | (key != "none") << 24
    terms = words(name) + asset.encode().ljust(8, b"\0") + facts.to_bytes(8, "little")
    terms += bound.to_bytes(16, "little") + (bytes(32) if key == "none" else bytes.fromhex(key))
    form = b"\5" + leaf(b"\1" + terms) + b"".join(s.to_bytes(16, "little") for s in sums)
    form += nonce.to_bytes(8, "little") + closed.to_bytes(8, "little")
    own = sums[:2] + [max(0, sums[1] - sums[0]), max(0, sums[0] - sums[1])]
    top = climb(*place, (leaf(form), own), nodes, join_sums)
    summary = class_leaf(name.partition(":")[0] if ":" in name else "", asset, digits, place[1], top)
    need(climb(number(way[0]), number(way[1]), summary, [unhash(h) for h in way[2:]]) == state, "another state")
    return "balance of %s verified" % name


def reserves(data, check):
    lines, leaves, sums, order = Lines(data, "omni/reserves@v1"), [], {}, []
    for w in lines.all("class", 9):
        top = unhash(w[7]), [number(s) for s in w[3:7]]
        leaves.append(class_leaf(w[8], w[0], number(w[1]), number(w[2]), top))
        order.append((w[8].encode(), w[0].encode().ljust(8, b"\0"), number(w[1])))
        sums[w[0], w[1]] = total(sums.get((w[0], w[1]), [0] * 4), top[1])
    _, _, _, state = check(read_note(lines.rest), lines.history())
    need(order == sorted(set(order)), "classes out of order")
    need(root_of(leaves) == state, "another state")
    need(all(s[0] == s[1] for s in sums.values()), "debits and credits that are not equal")
    return "sums of %d classes verified" % len(leaves)


def consistency(data, check, earlier):
    head, _, note = data.partition(b"\n\n")
    old, *path = head.decode().split("\n")
    before, after = check(read_note(earlier), []), check(read_note(note), [])
    need(before[0] == after[0] and old == "old %d" % before[1], "a proof from another checkpoint")
    need(consistent(before[1], after[1], before[2], after[2], [unhash(h) for h in path]), "another history")
    return "consistency from %d to %d entries verified" % (before[1], after[1])


def verify(data, trust, earlier=b"", ignore_unknown=False):
    """What is proven, in a line; Bad if it is not."""
    def check(note, history):
        return read_checkpoint(note, trust, history, ignore_unknown)

    try:
        for form in (receipt, balance, reserves):
            if data.startswith(b"omni/%s@v1\n" % form.__name__.encode()):
                return form(data, check)
        if data.startswith(b"old "):
            return consistency(data, check, earlier)
        return "checkpoint of %d entries verified" % check(read_note(data), [])[1]
    except (ValueError, IndexError, OverflowError, TypeError) as error:
        raise Bad(str(error))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--key", action="append", required=True)
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--earlier")
    parser.add_argument("--ignore-unknown", action="store_true")
    given = parser.parse_args()

    def read(path):
        with open(path, "rb") as file:
            return file.read()

    def key(value):
        return read_key(read(value).decode() if os.path.exists(value) else value)

    try:
        trust = [key(k) for k in given.key], [key(k) for k in given.witness]
        earlier = read(given.earlier) if given.earlier else b""
        print(verify(read(given.file), trust, earlier, given.ignore_unknown))
    except (Bad, OSError, ValueError) as error:
        sys.exit("not verified: %s" % error)


if __name__ == "__main__":
    main()
