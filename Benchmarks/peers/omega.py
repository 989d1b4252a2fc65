"""What is in use in Python today for the operations of the resilience libraries, on one machine.

    python3.11 -m venv .omni/omega
    .omni/omega/bin/pip install --require-hashes -r Benchmarks/peers/omega-requirements.txt
    .omni/omega/bin/python Benchmarks/peers/omega.py [--redis-port PORT] [--json]
    .omni/omega/bin/python Benchmarks/peers/omega.py --trace-ids KEYS --size 512

Prints one JSON object, on one line with --json. A figure is the best of five runs (three for the
replay) with the garbage collector off, each after a pause, as other work on the machine comes and
goes, and after one run that does not count; the answers are compared with the right ones outside
the measured time. What runs inside the process is counted in processor time, a round trip to Redis
in time on the wall. The Python loop around the calls, some ten nanoseconds a call, is in the
figures. Without --redis-port a `redis-server` of its own is started and ended. KEYS has one integer
a line.
"""

import argparse
import asyncio
import contextlib
import gc
import importlib.metadata
import json
import os
import random
import socket
import subprocess
import tempfile
import time

import cachetools
import pybreaker
import redis
import theine
import throttled
import uhashring
from cashews import Cache
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

PEERS = ["cachetools", "cashews", "eventsourcing", "pybreaker", "redis", "theine", "throttled-py",
         "uhashring"]
NANO, MICRO = 1e9, 1e6
ROUND_TRIPS = 1_000
PAUSE = 0.15  # seconds


@contextlib.contextmanager
def no_collector():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def best(work, expected, clock=time.process_time, runs=5):
    """Seconds an answer of the fastest run; `work` returns the list of its answers."""
    seconds = []
    with no_collector():
        for _ in range(runs):
            time.sleep(PAUSE)
            work()
            start = clock()
            answers = work()
            seconds.append(clock() - start)
            assert answers == expected
    return min(seconds) / len(expected)


def limiter():
    """A decision on one key under a limit that is never reached.

    A thousand million a second would vanish in the limiter's floating point after months of uptime.
    """
    quota = throttled.rate_limiter.per_sec(10_000_000)
    limit = throttled.Throttled(using="gcra", quota=quota, store=throttled.MemoryStore()).limit
    calls = range(10_000)
    return best(lambda: [limit("key").limited for _ in calls], [False] * len(calls)) * NANO


def breaker():
    """What a closed breaker adds to a call that succeeds."""
    def f():
        return 7

    circuit = pybreaker.CircuitBreaker()
    call, calls = circuit.call, range(10_000)
    expected = [7] * len(calls)
    through = best(lambda: [call(f) for _ in calls], expected)
    direct = best(lambda: [f() for _ in calls], expected)
    assert circuit.current_state == pybreaker.STATE_CLOSED
    return (through - direct) * NANO


def route(**settings):
    """The node of a key on a ring of 16, for 10,000 keys."""
    nodes = [f"node-{number:02}" for number in range(16)]
    keys = [f"account-{number:08}" for number in range(10_000)]
    node = uhashring.HashRing(nodes, **settings).get_node
    expected = [node(key) for key in keys]
    assert set(expected) == set(nodes)
    return best(lambda: [node(key) for key in keys], expected) * NANO


def shuffled():
    """10,000 keys of 16 bytes with a number each, in an order unlike the one they are stored in.

    The same strings are stored and asked for, so their hashes are computed already.
    """
    pairs = [(f"account-{number:08}", number) for number in range(10_000)]
    order = random.Random(1).sample(pairs, len(pairs))
    return pairs, [key for key, _ in order], [number for _, number in order]


def memory_hit(cache):
    """A hit in a full cache of cachetools."""
    pairs, keys, expected = shuffled()
    cache.update(pairs)
    return best(lambda: [cache[key] for key in keys], expected) * NANO


def memory_hit_theine():
    """A hit in a full cache of theine, which answers a value and whether it was there."""
    pairs, keys, numbers = shuffled()
    cache = theine.Cache(10_000)
    for key, number in pairs:
        cache.set(key, number)
    get = cache.get
    expected = [(number, True) for number in numbers]
    seconds = best(lambda: [get(key) for key in keys], expected)
    cache.close()
    return seconds * NANO


@contextlib.contextmanager
def redis_server(port):
    """The port of a Redis: the one given, or that of a server that lives as long as the block."""
    if port:
        yield port
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", folder], stdout=subprocess.DEVNULL)
        try:
            for _ in range(100):
                with contextlib.suppress(redis.ConnectionError), redis.Redis(port=port) as client:
                    client.ping()
                    break
                assert server.poll() is None, "redis-server ended"
                time.sleep(0.05)
            else:
                raise TimeoutError("redis-server does not answer")
            yield port
        finally:
            server.terminate()
            server.wait()


def fields(prefix):
    """Three keys of this process alone, with 64 bytes each."""
    return {f"{prefix}:{os.getpid()}:{number}": bytes([65 + number]) * 64 for number in range(3)}


def redis_fields(client):
    """Three values in one round trip."""
    stored = fields("omega")
    one, two, three = stored
    client.mset(stored)
    mget, calls = client.mget, range(ROUND_TRIPS)
    expected = [list(stored.values())] * len(calls)
    seconds = best(lambda: [mget(one, two, three) for _ in calls], expected, time.perf_counter)
    client.delete(*stored)
    return seconds * MICRO


def redis_get3(client):
    """The same three values in three round trips."""
    stored = fields("omega")
    one, two, three = stored
    client.mset(stored)
    get, calls = client.get, range(ROUND_TRIPS // 2)
    expected = [list(stored.values())] * len(calls)
    seconds = best(lambda: [[get(one), get(two), get(three)] for _ in calls], expected,
                   time.perf_counter)
    client.delete(*stored)
    return seconds * MICRO


async def cashews_redis(port):
    """The same three values through cashews, which marks each with its type, in one round trip.

    A coroutine cannot be handed to `best`, so the runs are written out here.
    """
    stored = fields("cashews")
    cache = Cache()
    cache.setup(f"redis://127.0.0.1:{port}", suppress=False)
    await cache.set_many(stored, expire=3600)
    get_many, calls, seconds = cache.get_many, range(ROUND_TRIPS // 2), []
    with no_collector():
        for _ in range(5):
            await asyncio.sleep(PAUSE)
            [await get_many(*stored) for _ in calls]
            start = time.perf_counter()
            answers = [await get_many(*stored) for _ in calls]
            seconds.append(time.perf_counter() - start)
            assert answers == [tuple(stored.values())] * len(calls)
    await cache.delete_many(*stored)
    await cache.close()
    return min(seconds) / len(calls) * MICRO


class Account(Aggregate):
    def __init__(self):
        self.balance = 0

    @event("Deposited")
    def deposit(self, amount: int):
        self.balance += amount


def replay_10k():
    """An account out of its 10,000 deposits, kept as JSON in memory; no snapshot and no cache."""
    ledger = Application(env={"PERSISTENCE_MODULE": "eventsourcing.popo"})
    assert ledger.snapshots is None and ledger.repository.cache is None
    account = Account()
    for amount in range(10_000):
        account.deposit(amount)
    ledger.save(account)

    def work():
        rebuilt = ledger.repository.get(account.id)
        return [(rebuilt.version, rebuilt.balance)]

    return best(work, [(10_001, sum(range(10_000)))], runs=3) * MICRO


def hit_ratio_theine(keys, size):
    cache, hits = theine.Cache(size), 0
    for key in keys:
        value, found = cache.get(key)
        if found:
            assert value == key
            hits += 1
        else:
            cache.set(key, key)
    cache.close()
    return hits / len(keys)


def hit_ratio_lru(keys, size):
    cache, hits = cachetools.LRUCache(size), 0
    for key in keys:
        value = cache.get(key)
        if value is not None:
            assert value == key
            hits += 1
        else:
            cache[key] = key
    return hits / len(keys)


def main():
    parser = argparse.ArgumentParser(description="Measures the Python peers.")
    parser.add_argument("--redis-port", type=int)
    parser.add_argument("--json", action="store_true", help="on one line")
    parser.add_argument("--trace-ids", metavar="FILE", help="one integer key a line")
    parser.add_argument("--size", type=int, help="entries of the caches that replay the trace")
    options = parser.parse_args()
    if (options.trace_ids is None) != (options.size is None):
        parser.error("--trace-ids and --size go together")

    result = {
        "limiter_ns": limiter(),
        "breaker_ns": breaker(),
        "route_ns": route(),
        "route_ketama_ns": route(hash_fn="ketama"),
        "memory_hit_ns": memory_hit(cachetools.LRUCache(10_000)),
        "memory_hit_ttl_ns": memory_hit(cachetools.TTLCache(10_000, ttl=3600)),
        "memory_hit_theine_ns": memory_hit_theine(),
    }
    with redis_server(options.redis_port) as port:
        with redis.Redis(port=port) as client:
            result["redis_fields_us"] = redis_fields(client)
            result["redis_get3_us"] = redis_get3(client)
        result["cashews_redis_us"] = asyncio.run(cashews_redis(port))
    result["replay_10k_us"] = replay_10k()
    if options.trace_ids:
        with open(options.trace_ids) as file:
            keys = [int(line) for line in file if line.strip()]
        result["hit_ratio_theine"] = hit_ratio_theine(keys, options.size)
        result["hit_ratio_lru"] = hit_ratio_lru(keys, options.size)
    result = {key: round(value, 4) for key, value in result.items()}
    result["versions"] = {peer: importlib.metadata.version(peer) for peer in PEERS}
    print(json.dumps(result, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
