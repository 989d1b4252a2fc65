import OmniPlatform

/// Where the simulator's text goes.
///
/// That nobody reads it any more is no reason to stop.
struct Screen {
  /// What the program was asked for.
  func say(_ text: String) { try? StandardStream.output.write(text + "\n") }

  /// What went wrong.
  func complain(_ text: String) { try? StandardStream.messages.write("\n" + text + "\n") }

  /// Where the program is; on a terminal each one takes the last one's place.
  func progress(_ text: String) {
    let messages = StandardStream.messages
    try? messages.write(messages.isTerminal ? "\r\u{1B}[K" + text : text + "\n")
  }
}
