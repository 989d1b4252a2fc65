import CPostgreSQL

/// Where a server is and who asks, as libpq reads it, with the secrets kept apart.
struct ConnectionAddress {
  /// The host, port, database and user as a line that may be shown.
  let shown: String
  /// What must be in no message.
  private let secrets: [String]

  /// Reads a URL `postgresql://…` or a line `host=… dbname=…`.
  init(_ text: String) throws(PostgreSQLFailure) {
    // libpq's words for what is wrong repeat a part of the text, which may be the password.
    let parsed = unsafe PQconninfoParse(text, nil)
    guard let options = unsafe parsed else {
      throw PostgreSQLFailure(
        .addressInvalid, message: "it is neither a URL nor a list of keywords and values",
        statement: "")
    }
    defer { unsafe PQconninfoFree(options) }
    var shown: [String] = []
    var secrets: [String] = []
    var option = unsafe options
    while let name = unsafe option.pointee.keyword {
      let keyword = unsafe String(cString: name)
      if let value = unsafe option.pointee.val.map({ unsafe String(cString: $0) }), !value.isEmpty {
        if ["password", "sslpassword"].contains(keyword) {
          secrets.append(value)
        } else if ["host", "hostaddr", "port", "dbname", "user"].contains(keyword) {
          shown.append("\(keyword)=\(value)")
        }
      }
      unsafe option += 1
    }
    self.secrets = secrets
    self.shown = Self.removing(secrets, from: shown.joined(separator: " "))
  }

  /// `text` without the secrets.
  ///
  /// libpq repeats no password; but one that is also the name of a host or user is in its words.
  func withoutSecrets(_ text: String) -> String { Self.removing(secrets, from: text) }

  private static func removing(_ secrets: [String], from text: String) -> String {
    secrets.reduce(text) { replacing($1, in: $0) }
  }

  private static func replacing(_ secret: String, in text: String) -> String {
    var rest = Array(text.utf8)[...]
    let wanted = Array(secret.utf8)
    var kept: [UInt8] = []
    while !rest.isEmpty {
      if rest.starts(with: wanted) {
        kept += Array("***".utf8)
        rest = rest.dropFirst(wanted.count)
      } else {
        kept.append(rest.removeFirst())
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
