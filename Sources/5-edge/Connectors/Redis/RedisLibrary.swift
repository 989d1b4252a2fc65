import CHiredis

/// The library under the connector.
public enum RedisLibrary {
  /// Its version, as `0.14.1`.
  public static var version: String { "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)" }

  /// Whether it reads a reply as it has to.
  public static var answersRight: Bool { omni_redis_answers_right() == 1 }
}
