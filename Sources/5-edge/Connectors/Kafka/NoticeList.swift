import Synchronization

/// What librdkafka told beside the results, the newest last, with no secret in it.
final class NoticeList: Sendable {
  /// How many are kept.
  static let countMax = 100

  private let texts = Mutex<[String]>([])
  private let configuration: KafkaConfiguration

  init(_ configuration: KafkaConfiguration) { self.configuration = configuration }

  var all: [String] { texts.withLock { $0 } }

  func add(_ text: String) {
    let line = String(configuration.withoutSecrets(text).map { $0.isNewline ? " " : $0 })
    texts.withLock { texts in
      if texts.count == Self.countMax { texts.removeFirst() }
      texts.append(line)
    }
  }
}
