import Synchronization

/// What librdkafka told beside the results, the newest last, with no secret in it.
final class NoticeList: Sendable {
  /// How many are kept.
  static let countMax = 100

  private struct State {
    var texts: [String] = []
    var missingTopic: String?
  }

  private let state = Mutex(State())
  private let configuration: KafkaConfiguration

  init(_ configuration: KafkaConfiguration) { self.configuration = configuration }

  var all: [String] { state.withLock { $0.texts } }

  func add(_ text: String) {
    let line = String(configuration.withoutSecrets(text).map { $0.isNewline ? " " : $0 })
    state.withLock { state in
      if state.texts.count == Self.countMax { state.texts.removeFirst() }
      state.texts.append(line)
    }
  }

  /// Notes the topic of librdkafka's words `topic [partition]: topic does not exist …`.
  ///
  /// In another form it tells of no topic that a consumer was to read. No name of a topic holds a
  /// space.
  func addMissingTopic(_ words: String) {
    guard let end = words.firstRange(of: " [")?.lowerBound else { return }
    let topic = words[..<end].split(separator: " ").last.map { String($0) }
    state.withLock { $0.missingTopic = topic }
  }

  /// The topic that was found missing last, once.
  func takeMissingTopic() -> String? { state.withLock { $0.missingTopic.take() } }
}
