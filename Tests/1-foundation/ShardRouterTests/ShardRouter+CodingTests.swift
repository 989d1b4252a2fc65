import OmniEncoding
import OmniNumerics
import OmniShardRouter
import Testing

@Suite("ShardRouter+Coding")
struct ShardRouterCodingTests {
  /// Small routers of every strategy, with a history behind them.
  private func samples(seed: UInt64) throws -> [ShardRouter] {
    try ShardStrategy.allCases.map { strategy in
      var random = SplitMix64(seed: seed)
      var configuration = ShardRouter.Configuration(
        strategy: strategy, nodes: try nodes(4, zones: Int(seed % 3)), seed: seed)
      configuration.slotCount = 64
      configuration.virtualNodes = 8
      configuration.maglevPlaceCount = 101
      configuration.anchorCapacity = 9
      configuration.replicaCount = 2
      var router = try ShardRouter(configuration)
      let isWeighted = strategy != .jump && strategy != .anchor
      for _ in 0..<4 {
        let wanted = try step(
          from: router.membership, using: &random, weightMax: isWeighted ? 5 : 1, countMax: 9)
        router = try router.changed(to: wanted)
      }
      return router
    }
  }

  @Test func `what is read is what was written`() throws {
    for seed in UInt64(0)..<20 {
      for router in try samples(seed: seed) {
        let bytes = router.encoded()
        let read = try ShardRouter(decoding: bytes)
        #expect(read == router, "\(router.strategy), seed \(seed)")
        #expect(read.encoded() == bytes)
        #expect(keys(200, seed: seed).allSatisfy { read.owner(of: $0) == router.owner(of: $0) })
        // A reader goes on from there as the writer does.
        let wanted = try router.membership.adding(ShardNode("later"))
        if router.membership.isUniform {
          #expect(try read.changed(to: wanted) == router.changed(to: wanted))
        }
      }
    }
  }

  @Test func `the bytes of a small router are these`() throws {
    let node = try ShardNode("a", weight: 2, zone: "z")
    let router = try ShardRouter(.init(strategy: .rendezvous, nodes: [node], seed: 5))
    let words: [UInt64] = [
      0x4452_4853_494E_4D4F, 1, 6, 5, 1, 0, 1, 2, 1, 1, 0x7A, 1, 0x61,
    ]
    let bytes = WordArray(words).bytes
    #expect(Array("OMNISHRD".utf8) == Array(bytes.prefix(8)))
    #expect(router.encoded() == sealed(words))
  }

  @Test func `every truncation is refused`() throws {
    for router in try samples(seed: 1) {
      let bytes = router.encoded()
      for count in 0..<bytes.count { expectRefused(Array(bytes.prefix(count)), "\(count)") }
      expectRefused(bytes + [0], "one more")
      expectRefused(bytes + [UInt8](repeating: 0, count: 8), "a word more")
    }
  }

  @Test func `every flip of one bit is refused`() throws {
    for router in try samples(seed: 2) {
      var bytes = router.encoded()
      for bit in 0..<bytes.count * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8)
        expectRefused(bytes, "\(router.strategy), bit \(bit)")
        bytes[bit / 8] ^= 1 << (bit % 8)
      }
      #expect(try ShardRouter(decoding: bytes) == router)
    }
  }

  @Test func `each thing that can be wrong has its own failure`() throws {
    let good = words(try samples(seed: 3)[0].encoded())
    var other = good
    other[0] ^= 1
    #expect(throws: ShardFailure.notARouter) { try ShardRouter(decoding: sealed(other)) }
    other = good
    other[1] = 2
    #expect(throws: ShardFailure.version(found: 2, known: 1)) {
      try ShardRouter(decoding: sealed(other))
    }
    var bytes = sealed(good)
    bytes[bytes.count - 8] ^= 1
    let found = words(bytes + [UInt8](repeating: 0, count: 8)).last ?? 0
    #expect(throws: ShardFailure.checksum(found: found, computed: found ^ 1)) {
      try ShardRouter(decoding: bytes)
    }
  }

  /// With a right checksum, so that it is the reader's own checks that refuse.
  @Test func `counts that are too large and places that are none are refused`() throws {
    for router in try samples(seed: 4) {
      let good = words(router.encoded())
      for index in 2..<good.count {
        for value in [UInt64.max, 1 << 63, 1 << 32, 1_100_000] where good[index] != value {
          var other = good
          other[index] = value
          // Seed, epoch, weight and the order of slots may take other values; what is read must
          // then be what is written.
          if let read = try? ShardRouter(decoding: sealed(other)) {
            #expect(read.encoded() == sealed(other), "\(router.strategy), word \(index)")
          }
        }
      }
      for (index, value) in [(2, UInt64(7)), (2, 0), (4, 0), (4, 256), (6, 0), (6, 1 << 40)] {
        var other = good
        other[index] = value
        expectRefused(sealed(other), "\(router.strategy), word \(index) is \(value)")
      }
      expectRefused(sealed(good + [0]), "\(router.strategy), a word more")
      expectRefused(sealed(good.dropLast()), "\(router.strategy), a word less", except: .rendezvous)
    }
  }

  @Test func `a slot table that is not balanced is refused`() throws {
    let router = try ShardRouter(.init(strategy: .slots, nodes: nodes(2)))
    var other = words(router.encoded())
    other[other.count - 1] = 0
    other[other.count - 2] = 0
    #expect(
      throws: ShardFailure.senseless("a node holds more or less than its share of the slots")
    ) { try ShardRouter(decoding: sealed(other)) }
  }

  @Test func `bytes that say what a router would say otherwise are refused`() throws {
    let pair = [try ShardNode("a"), try ShardNode("b")]
    let router = try ShardRouter(.init(strategy: .rendezvous, nodes: pair))
    let good = words(router.encoded())
    // From word 7 on: weight, no zone, an empty zone, and a name of one byte, for each node.
    #expect(good.suffix(10) == [1, 0, 0, 1, 0x61, 1, 0, 0, 1, 0x62])
    var turned = good
    turned.swapAt(11, 16)
    var padded = good
    padded[11] |= 0x7A00
    var zoned = good
    zoned.replaceSubrange(9...9, with: [1, 0x7A])
    for other in [turned, padded, zoned] {
      #expect(throws: ShardFailure.senseless("the bytes are not those of their meaning")) {
        try ShardRouter(decoding: sealed(other))
      }
    }
    #expect(throws: ShardFailure.senseless("there are words behind the end")) {
      try ShardRouter(decoding: sealed(good + [0]))
    }
    #expect(throws: ShardFailure.notARouter) {
      try ShardRouter(decoding: router.encoded() + [0])
    }
  }

  @Test func `a node with two buckets is refused`() throws {
    for strategy in [ShardStrategy.jump, .anchor] {
      let router = try ShardRouter(.init(strategy: strategy, nodes: nodes(3)))
      var other = words(router.encoded())
      #expect(other.suffix(3) == [0, 1, 2])
      other[other.count - 1] = 0
      #expect(throws: ShardFailure.senseless("a node has two buckets"), "\(strategy)") {
        try ShardRouter(decoding: sealed(other))
      }
    }
  }

  @Test func `random bytes and random changes never trap`() throws {
    let routers = try (UInt64(0)..<5).map { try samples(seed: $0) }
    for seed in UInt64(0)..<40 {
      var random = SplitMix64(seed: seed)
      let noise = (0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      expectRefused(noise, "seed \(seed)")
      for router in routers[Int(seed % 5)] {
        var other = words(router.encoded())
        for _ in 0..<random.below(3) + 1 {
          let index = 2 + Int(random.below(UInt64(other.count - 2)))
          other[index] = random.below(2) == 0 ? random.next() : random.below(80)
        }
        if let read = try? ShardRouter(decoding: sealed(other)) {
          #expect(read.encoded() == sealed(other), "seed \(seed)")
          #expect(read.owner(of: ShardKey(random.next())) < read.membership.count)
        }
      }
    }
  }
}

// MARK: - Words for the tests

private func expectRefused(_ bytes: [UInt8], _ what: String, except: ShardStrategy? = nil) {
  do {
    let read = try ShardRouter(decoding: bytes)
    #expect(read.strategy == except, "accepted: \(what)")
  } catch {
    #expect(error.code >= "SHD-001")
  }
}

/// The words without the checksum.
private func words(_ bytes: [UInt8]) -> [UInt64] {
  stride(from: 0, to: bytes.count - 8, by: 8).map { start in
    (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
  }
}

/// The bytes of `words` with their checksum behind.
private func sealed(_ words: some Sequence<UInt64>) -> [UInt8] {
  var sink = WordArray(Array(words))
  sink.put(UInt64(CRC32C.checksum(sink.bytes)))
  return sink.bytes
}
