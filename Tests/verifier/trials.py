#!/usr/bin/env python3
"""Trials of verify.py, which the tests run; not needed to verify anything.

    trials.py flips FILE KEYFILE [EARLIER]   turns every bit of FILE and KEYFILE: each must be refused
    trials.py tiles DIR KEYFILE              hashes a tree of C2SP tlog-tiles anew, from its entries
    trials.py agree < CASES                  proofs of another implementation, and what it says of them

A case of agree is a line: seed size root index HASH,… verdict old oldroot HASH,… verdict. The entries of a log
follow from its seed: entry i is the seed and i, eight bytes each, least significant first.
"""
import sys
import verify


def refused(data, key, earlier):
    try:
        verify.verify(data, ([verify.read_key(key.decode())], []), earlier)
        return False
    except (verify.Bad, ValueError):
        return True


def turned(data):
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bit, bytes(changed)


def flips(file, key, earlier=None):
    file, key = open(file, "rb").read(), open(key, "rb").read()
    earlier = open(earlier, "rb").read() if earlier else b""
    if refused(file, key, earlier):
        sys.exit("refused as it is")
    for name, trials in ("file", [(b, d, key) for b, d in turned(file)]), ("key", [(b, file, k) for b, k in turned(key)]):
        for bit, data, other in trials:
            if not refused(data, other, earlier):
                sys.exit("bit %d of the %s may be turned" % (bit, name))
    print("refused %d" % (8 * len(file) + 8 * len(key)))


def agree():
    hashes = lambda text: [bytes.fromhex(h) for h in text.split(",") if h != "-"]
    count = 0
    for line in sys.stdin:
        seed, size, root, index, path, holds, old, old_root, steps, continues = line.split()
        entry = lambda i: int(seed).to_bytes(8, "little") + i.to_bytes(8, "little")
        leaves = [verify.leaf(entry(i)) for i in range(int(size))]
        mine = verify.root_of(leaves), verify.root_of(leaves[:int(old)])
        root, old_root = bytes.fromhex(root), bytes.fromhex(old_root)
        try:
            included = verify.climb(int(index), int(size), leaves[int(index)], hashes(path)) == root
        except verify.Bad:
            included = False
        consistent = verify.consistent(int(old), int(size), old_root, root, hashes(steps))
        said = holds == "yes", continues == "yes"
        if (root, old_root) != mine or (included, consistent) != said:
            sys.exit("case %d: found %s, told %s: %s" % (count, (included, consistent), said, line))
        count += 1
    print("agreed %d" % count)


def tiles(folder, key):
    key = verify.read_key(open(key).read())
    note = verify.read_note(open(folder + "/checkpoint", "rb").read())
    _, size, root, _ = verify.read_checkpoint(note, ([key], []))

    def path(level, index, width):
        groups = "%03d" % (index % 1000)
        while index >= 1000:
            index //= 1000
            groups = "x%03d/" % (index % 1000) + groups
        return "%s/tile/%s/%s%s" % (folder, level, groups, "" if width == 256 else ".p/%d" % width)

    leaves = []
    while len(leaves) < size:
        bundle = open(path("entries", len(leaves) // 256, min(256, size - len(leaves))), "rb").read()
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            leaves.append(verify.leaf(bundle[2:2 + length]))
            bundle = bundle[2 + length:]
    level, hashes = 0, leaves
    while hashes:
        for start in range(0, len(hashes), 256):
            tile = b"".join(hashes[start:start + 256])
            if open(path(level, start // 256, len(tile) // 32), "rb").read() != tile:
                sys.exit("tile %d of level %d" % (start // 256, level))
        whole = [hashes[i:i + 256] for i in range(0, len(hashes) - 255, 256)]
        level, hashes = level + 1, [verify.root_of(w) for w in whole]
    if len(leaves) != size or verify.root_of(leaves) != root:
        sys.exit("the entries do not lead to the root")
    print("tiles of %d entries" % size)


if __name__ == "__main__":
    {"flips": flips, "tiles": tiles, "agree": agree}[sys.argv[1]](*sys.argv[2:])
