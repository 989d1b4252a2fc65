/// The parts of the program that others wrote, and their licences.
enum Licences {
  /// One part.
  struct Part {
    /// What it is.
    let name: String
    /// The licence's SPDX identifier.
    let licence: String
    /// What has to be told of it; several lines.
    let text: String
  }

  /// OMNI itself, and what it is linked with.
  static let linked = [
    Part(
      name: "OMNI \(Omni.version)", licence: "Apache-2.0",
      text: """
        Licensed under the Apache License, Version 2.0 (the "License"); you may not use this program
        except in compliance with the License. You may obtain a copy of the License at
        https://www.apache.org/licenses/LICENSE-2.0, and in the file LICENSE. Unless required by
        applicable law or agreed to in writing, software distributed under the License is
        distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either
        express or implied. See the License for the specific language governing permissions and
        limitations under the License.
        """),
    Part(
      name: "Swift runtime, standard library and Foundation",
      licence: "Apache-2.0 WITH Swift-exception",
      text: "https://www.swift.org/legal/license.html"),
    Part(
      name: "zlib", licence: "Zlib",
      text: "https://zlib.net/zlib_license.html, and /usr/share/doc/zlib1g/copyright on Debian"),
    Part(
      name: "zstd", licence: "BSD-3-Clause",
      text: "https://github.com/facebook/zstd/blob/dev/LICENSE, and "
        + "/usr/share/doc/libzstd1/copyright on Debian"),
    Part(
      name: "OpenSSL 3 (libcrypto)", licence: "Apache-2.0",
      text: "https://www.openssl.org/source/license.html, and /usr/share/doc/libssl3/copyright"),
    Part(
      name: "libsodium", licence: "ISC",
      text: "https://doc.libsodium.org/#license, and /usr/share/doc/libsodium23/copyright"),
    Part(
      name: "simdjson", licence: "Apache-2.0",
      text: "https://github.com/simdjson/simdjson/blob/master/LICENSE, and "
        + "/usr/share/doc/libsimdjson14/copyright"),
    Part(
      name: "SQLite", licence: "blessing",
      text: "https://www.sqlite.org/copyright.html: in the public domain"),
    Part(
      name: "PostgreSQL (libpq)", licence: "PostgreSQL",
      text: "https://www.postgresql.org/about/licence/, and /usr/share/doc/libpq5/copyright"),
    Part(
      name: "hiredis", licence: "BSD-3-Clause",
      text: "https://github.com/redis/hiredis/blob/master/COPYING, and "
        + "/usr/share/doc/libhiredis0.14/copyright"),
    Part(
      name: "librdkafka", licence: "BSD-2-Clause",
      text: "https://github.com/confluentinc/librdkafka/blob/master/LICENSE, and "
        + "/usr/share/doc/librdkafka1/copyright"),
    Part(
      name: "libyaml", licence: "MIT",
      text: "https://pyyaml.org/wiki/LibYAML, and /usr/share/doc/libyaml-0-2/copyright on Debian"),
  ]

  /// All parts: what is linked, then what the demo fetched.
  static func all(_ demo: DemoFiles) throws -> [Part] {
    let wheels = try demo.provenance()?.wheels ?? []
    return try linked
      + wheels.map { wheel in
        Part(
          name: "\(wheel.package) \(wheel.version) (data of the demo)", licence: wheel.licence,
          text: try demo.licence(of: wheel) ?? "the text is missing; run make setup")
      }
  }
}
