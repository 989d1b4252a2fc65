/// A wheel of the Python package index, pinned by version and digest, and what is kept of it.
package struct PinnedWheel: Sendable, Equatable {
  /// The package's name.
  package var package: String
  /// The one version that is taken.
  package var version: String
  /// The digest of the wheel, 64 hexadecimal digits.
  package var sha256: String
  /// The licence's SPDX identifier.
  package var licence: String
  /// The path of the licence's text inside the wheel.
  package var licenceFile: String
  /// The paths of the files that are kept.
  package var keeps: [String]

  /// The beginning of the wheel's file name, in the index's spelling.
  package var fileStem: String {
    let name = package.map { $0 == "-" || $0 == "." ? "_" : $0 }
    return String(name) + "-" + version + "-"
  }

  /// Every path that is unpacked.
  package var members: [String] { keeps + [licenceFile] }

  /// Reads a requirements file of pip whose comments say what is kept of each wheel.
  ///
  /// The comments `# licence: SPDX PATH` and `# keep: PATH` belong to the requirement after them.
  package static func parse(_ text: String, path: String) throws(ToolFailure) -> [PinnedWheel] {
    var wheels: [PinnedWheel] = []
    var licence: (name: String, file: String)?
    var keeps: [String] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.split(separator: " ").map(String.init)
      guard let first = words.first else { continue }
      let place = (path: path, line: index + 1)
      if first == "#" {
        if words.count == 4, words[1] == "licence:" { licence = (words[2], words[3]) }
        if words.count == 3, words[1] == "keep:" { keeps.append(words[2]) }
      } else if !first.hasPrefix("#") {
        let (package, version, digest) = try requirement(words, at: place)
        guard let known = licence, !keeps.isEmpty else {
          throw .malformed(
            path: path, line: place.line, what: "nothing says what is kept of \(package)",
            wanted: "a line `# licence: SPDX PATH` and lines `# keep: PATH` before it")
        }
        wheels.append(
          PinnedWheel(
            package: package, version: version, sha256: digest, licence: known.name,
            licenceFile: known.file, keeps: keeps))
        licence = nil
        keeps = []
      }
    }
    return wheels
  }

  /// Takes `name==version --hash=sha256:digest` apart.
  private static func requirement(
    _ words: [String], at place: (path: String, line: Int)
  ) throws(ToolFailure) -> (package: String, version: String, sha256: String) {
    let wanted = "name==version --hash=sha256:<64 hexadecimal digits>"
    let parts = words[0].split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    let prefix = "--hash=sha256:"
    guard parts.count == 3, parts[1].isEmpty, !parts[0].isEmpty, !parts[2].isEmpty,
      words.count == 2, words[1].hasPrefix(prefix)
    else {
      throw .malformed(
        path: place.path, line: place.line, what: words.joined(separator: " "), wanted: wanted)
    }
    let digest = String(words[1].dropFirst(prefix.count))
    guard digest.count == 64, digest.allSatisfy(\.isHexDigit) else {
      throw .malformed(
        path: place.path, line: place.line, what: "the digest \(digest)", wanted: wanted)
    }
    return (parts[0], parts[2], digest.lowercased())
  }
}
