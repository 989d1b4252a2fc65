import CHiredis
import Glibc
import OmniClocks
import OmniTime

/// A connected socket and hiredis' parser behind it.
///
/// hiredis resolves and connects, and takes replies apart. Bytes are sent and received here and not
/// by hiredis, since it would raise SIGPIPE on a connection that is gone, and knows a time-out for
/// each read but no deadline for a reply. The socket never blocks; who waits, waits in ``wait``.
///
/// - Invariant: used by one thread at a time.
@safe final class RedisSocket {
  /// What ``wait`` saw.
  struct Readiness {
    var isReadable = false
    var isWritable = false
    var isWoken = false
  }

  /// Called now and then while something is waited for; throws to give up.
  typealias Tick = () throws(RedisFailure) -> Void

  /// How long is waited at most between two ticks.
  static let tickInterval = Interval.milliseconds(20)
  /// How much is received at once: as much as hiredis keeps without freeing its buffer.
  private static let receiveBytes = 16 << 10

  private let context: UnsafeMutablePointer<redisContext>
  private let reader: UnsafeMutablePointer<redisReader>
  private let limits: UnsafeMutablePointer<ReplyLimits>
  private let buffer: UnsafeMutableRawPointer
  /// Bytes received since the last whole reply.
  private(set) var pendingBytes = 0

  /// Connects, within `timeout`; to resolve a name takes what the system allows on top of that.
  init(_ address: RedisAddress, timeout: Interval, tick: Tick? = nil) throws(RedisFailure) {
    let place = address.placeText
    let begun =
      switch address.place {
      case .host(let host, let port): unsafe redisConnectNonBlock(host, Int32(port))
      case .socket(let path): unsafe redisConnectUnixNonBlock(path)
      }
    guard let context = unsafe begun else {
      throw .resourceUnavailable(message: "no memory for a connection to \(place)")
    }
    guard unsafe context.pointee.err == 0, let reader = unsafe context.pointee.reader else {
      let message = unsafe Self.text(&context.pointee.errstr)
      unsafe redisFree(context)
      throw .unreachable(place: place, message: message)
    }
    unsafe self.context = context
    unsafe self.reader = reader
    unsafe limits = .allocate(capacity: 1)
    unsafe limits.initialize(to: ReplyLimits(reader.pointee.fn.pointee))
    unsafe buffer = .allocate(byteCount: Self.receiveBytes, alignment: 16)
    unsafe limits.pointee.functions.createArray = { unsafe createCountedArray($0, $1) }
    unsafe reader.pointee.fn = unsafe ReplyLimits.functions(of: limits)
    unsafe reader.pointee.privdata = UnsafeMutableRawPointer(limits)
    try finishConnecting(place, TimeSource.machine.now() + timeout, timeout, tick)
  }

  deinit {
    unsafe redisFree(context)
    unsafe limits.deinitialize(count: 1)
    unsafe limits.deallocate()
    unsafe buffer.deallocate()
  }

  private func finishConnecting(
    _ place: String, _ deadline: MonotonicInstant, _ timeout: Interval, _ tick: Tick?
  ) throws(RedisFailure) {
    let descriptor = unsafe context.pointee.fd
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    guard try wait(writing: true, until: deadline, tick: tick).isWritable else {
      let limit = timeout.nanoseconds / 1_000_000
      throw .unreachable(place: place, message: "no connection within \(limit) ms")
    }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    let isRead = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0
    guard isRead, code == 0 else {
      throw .unreachable(place: place, message: Self.systemText(isRead ? code : errno))
    }
    // Both fail on a socket of this machine, which needs neither.
    var one: Int32 = 1
    let width = socklen_t(MemoryLayout<Int32>.size)
    _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, width)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &one, width)
  }

  // MARK: Waiting

  /// Waits until there is something to read, room to write if that is asked for, or a wake-up.
  ///
  /// - Parameters:
  ///   - writing: Whether room to write ends the wait.
  ///   - deadline: When to stop waiting; what is there by then is seen.
  ///   - wake: A descriptor that ends the wait when it can be read, or -1.
  ///   - tick: Called at least each ``tickInterval``.
  func wait(
    writing: Bool, until deadline: MonotonicInstant, wake: Int32 = -1, tick: Tick? = nil
  ) throws(RedisFailure) -> Readiness {
    let events = Int16(POLLIN) | (writing ? Int16(POLLOUT) : 0)
    while true {
      try tick?()
      let now = TimeSource.machine.now()
      let end = tick == nil ? deadline : min(deadline, now + Self.tickInterval)
      let rest = max(.zero, end - now).nanoseconds
      // Rounded up, so that nobody goes round in the last millisecond.
      let milliseconds = Int32(clamping: rest / 1_000_000 + (rest % 1_000_000 == 0 ? 0 : 1))
      var polled = (
        pollfd(fd: unsafe context.pointee.fd, events: events, revents: 0),
        pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
      )
      let count = unsafe withUnsafeMutableBytes(of: &polled) { bytes in
        unsafe poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 2, milliseconds)
      }
      if count > 0 {
        let seen = Int32(polled.0.revents)
        // Whatever is wrong with the socket, reading or writing tells.
        let isBroken = seen & (POLLERR | POLLHUP | POLLNVAL) != 0
        return Readiness(
          isReadable: isBroken || seen & POLLIN != 0,
          isWritable: writing && (isBroken || seen & POLLOUT != 0),
          isWoken: polled.1.revents != 0)
      }
      if count < 0, errno != EINTR { throw Self.lost(errno) }
      if end == deadline, TimeSource.machine.now() >= deadline { return Readiness() }
    }
  }

  /// How long whoever waits for replies in place keeps its core awake at most.
  private static let spinning = Interval(nanoseconds: 60_000)

  /// Waits until there is something to read, or the end of the connection, for at
  /// most a millisecond.
  ///
  /// - Returns: Whether there is.
  func waitToRead(until deadline: MonotonicInstant) throws(RedisFailure) -> Bool {
    let rest = max(.zero, min(.milliseconds(1), deadline - TimeSource.machine.now()))
    let count = omni_redis_wait_shortly(
      unsafe context.pointee.fd, Int(rest.nanoseconds), Int(Self.spinning.nanoseconds))
    // Whoever is interrupted has waited enough.
    if count < 0, errno != EINTR { throw Self.lost(errno) }
    return count > 0
  }

  /// Waits for a wake-up, or for the end of the connection if `isWatching`; what can be read does
  /// not end it.
  ///
  /// - Returns: Whether the connection has ended.
  func waitForEnd(isWatching: Bool, wake: Int32) -> Bool {
    let seen = omni_redis_wait_for_end(wake, isWatching ? unsafe context.pointee.fd : -1)
    // Whatever else is wrong, reading tells.
    return seen < 0 ? errno != EINTR : seen == 2
  }

  // MARK: Bytes

  /// Sends what the system takes of `bytes` from `start` on, and gives how many that were.
  func send(_ bytes: [UInt8], from start: Int) throws(RedisFailure) -> Int {
    let descriptor = unsafe context.pointee.fd
    let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
    while start < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { all in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
        return unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, flags)
      }
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return 0
      default: throw Self.lost(errno)
      }
    }
    return 0
  }

  /// Receives what is there, if something is.
  func receive() throws(RedisFailure) {
    let descriptor = unsafe context.pointee.fd
    let count = unsafe recv(
      descriptor, buffer, Self.receiveBytes, Int32(MSG_DONTWAIT))
    if count < 0 {
      if errno == EAGAIN || errno == EINTR { return }
      throw Self.lost(errno)
    }
    guard count > 0 else {
      throw .connectionLost(message: "the server ended it", fate: .mayHaveRun)
    }
    let isFed =
      unsafe redisReaderFeed(
        reader, buffer.assumingMemoryBound(to: CChar.self), count) == REDIS_OK
    guard isFed else { throw broken() }
    pendingBytes += count
    guard pendingBytes <= RedisReply.bytesMax else {
      throw .protocolBroken(message: "a reply of more than \(RedisReply.bytesMax) bytes")
    }
  }

  /// The next whole reply of what was received, or nil.
  func nextReply() throws(RedisFailure) -> RedisReply? {
    if pendingBytes == 0 { return nil }
    var found: UnsafeMutableRawPointer?
    guard unsafe redisReaderGetReply(reader, &found) == REDIS_OK else { throw broken() }
    guard let found = unsafe found else { return nil }
    defer { unsafe freeReplyObject(found) }
    pendingBytes = unsafe reader.pointee.len - reader.pointee.pos
    unsafe limits.pointee.elementsLeft = RedisReply.elementCountMax
    return unsafe Self.reply(found.assumingMemoryBound(to: redisReply.self))
  }

  /// Copies a reply out of hiredis' memory; its parser bounds how deep this goes.
  private static func reply(_ source: UnsafePointer<redisReply>) -> RedisReply {
    let text = unsafe UnsafeRawBufferPointer(
      start: source.pointee.str, count: source.pointee.str == nil ? 0 : source.pointee.len)
    switch unsafe source.pointee.type {
    case REDIS_REPLY_STRING: return unsafe .bytes(Array(text))
    case REDIS_REPLY_STATUS: return unsafe .status(String(decoding: text, as: UTF8.self))
    case REDIS_REPLY_ERROR: return unsafe .error(String(decoding: text, as: UTF8.self))
    case REDIS_REPLY_INTEGER: return unsafe .integer(source.pointee.integer)
    case REDIS_REPLY_ARRAY:
      let elements = unsafe UnsafeBufferPointer(
        start: source.pointee.element, count: source.pointee.elements)
      return unsafe .array(
        elements.map { element in unsafe element.map { unsafe reply($0) } ?? .null })
    default: return .null
    }
  }

  // MARK: Failures

  private func broken() -> RedisFailure {
    if unsafe limits.pointee.elementsLeft < 0 {
      return .protocolBroken(
        message: "a reply of more than \(RedisReply.elementCountMax) elements")
    }
    return unsafe .protocolBroken(message: Self.text(&reader.pointee.errstr))
  }

  private static func lost(_ code: Int32) -> RedisFailure {
    .connectionLost(message: systemText(code), fate: .mayHaveRun)
  }

  /// The system's words for one of its numbers.
  static func systemText(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  /// The text of an array of characters that C ends with a zero.
  private static func text<Characters>(_ characters: inout Characters) -> String {
    unsafe withUnsafeBytes(of: &characters) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// What hiredis' parser is told in addition: how many elements arrays may have.
@safe private struct ReplyLimits {
  /// First, so that its address is that of the whole.
  var functions: redisReplyObjectFunctions
  /// hiredis' own function.
  let createArray:
    (@convention(c) (UnsafePointer<redisReadTask>?, Int32) -> UnsafeMutableRawPointer?)?
  /// How many elements may still come in this reply.
  var elementsLeft = RedisReply.elementCountMax

  init(_ functions: redisReplyObjectFunctions) {
    self.functions = functions
    unsafe createArray = functions.createArray
  }

  static func functions(
    of limits: UnsafeMutablePointer<Self>
  ) -> UnsafeMutablePointer<redisReplyObjectFunctions> {
    unsafe UnsafeMutableRawPointer(limits).assumingMemoryBound(to: redisReplyObjectFunctions.self)
  }
}

/// Creates an array unless it would be too large: hiredis alone would ask for the memory at once.
private func createCountedArray(
  _ task: UnsafePointer<redisReadTask>?, _ count: Int32
) -> UnsafeMutableRawPointer? {
  guard let task = unsafe task,
    let limits = unsafe task.pointee.privdata?.assumingMemoryBound(to: ReplyLimits.self)
  else { return nil }
  unsafe limits.pointee.elementsLeft -= Int(count)
  guard unsafe limits.pointee.elementsLeft >= 0 else { return nil }
  return unsafe limits.pointee.createArray?(task, count)
}
