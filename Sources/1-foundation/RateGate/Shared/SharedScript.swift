import OmniTime

/// The script by which Redis decides on shared limits, atomically and by its own clock.
///
/// A key holds `seconds:nanoseconds`, the instant at which the next request would be on time. All
/// numbers in the script are differences of less than 2⁵³ nanoseconds, so that they are exact.
public enum SharedScript {
  /// The script.
  ///
  /// `KEYS` are the cells' keys; `ARGV` is the wanted amount, the least, and for each
  /// key the nanoseconds between two requests and those of a whole burst. It returns four numbers:
  /// granted, remaining, nanoseconds to try again after, nanoseconds until all can be had.
  public static let text = """
    local t = redis.call('TIME')
    local s, n = tonumber(t[1]), tonumber(t[2]) * 1000
    local wanted, least = tonumber(ARGV[1]), tonumber(ARGV[2])
    local ahead, room, back = {}, -1, {}
    for i = 1, #KEYS do
      local spacing, limit = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
      local v, d = redis.call('GET', KEYS[i]), 0
      if v then
        local a, b = string.match(v, '^(%d+):(%d+)$')
        if not a then return redis.error_reply('RTGVALUE ' .. KEYS[i] .. ' holds no instant') end
        d = (tonumber(a) - s) * 1000000000 + (tonumber(b) - n)
      end
      if d < 0 then d = 0 end
      if d > limit then d = limit; back[i] = true end
      ahead[i] = d
      local r = math.floor((limit - d) / spacing)
      if room < 0 or r < room then room = r end
    end
    local granted = math.min(wanted, room)
    if granted < least then granted = 0 end
    local retry, reset = 0, 0
    for i = 1, #KEYS do
      local spacing, limit = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
      local d = ahead[i]
      if granted > 0 then d = d + spacing * granted end
      if granted > 0 or back[i] then
        local u = n + d
        local c = math.floor(u / 1000000000)
        redis.call('SET', KEYS[i], string.format('%.0f:%.0f', s + c, u - c * 1000000000),
          'PX', math.floor(d / 1000000) + 1000)
      end
      if granted == 0 and least > 0 then
        local w = d + spacing * least - limit
        if w > retry then retry = w end
      end
      if d > reset then reset = d end
    end
    return {granted, room - granted, retry, reset}
    """

  /// The arguments of the script for a request.
  public static func arguments(of request: SharedRequest) -> [String] {
    [String(request.wanted), String(request.least)]
      + request.cells.flatMap { cell in
        [String(cell.rule.spacing), String(cell.rule.spacing * Int64(cell.rule.burst))]
      }
  }

  /// Reads the four numbers that the script returned; nil if they are none that it returns.
  public static func grant(from numbers: [Int64], for request: SharedRequest) -> SharedGrant? {
    guard numbers.count == 4, numbers.allSatisfy({ $0 >= 0 }), numbers[0] <= request.wanted
    else { return nil }
    return SharedGrant(
      granted: Int(numbers[0]), remaining: Int(numbers[1]),
      retryAfter: Interval(nanoseconds: numbers[2]), resetAfter: Interval(nanoseconds: numbers[3]))
  }
}
