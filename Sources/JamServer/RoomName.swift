internal import Storage

/// Ids of rooms, made from the titles that people give them.
enum RoomName {
  /// Letters of an id that come from the title.
  static let stemLength = 40
  static let suffixLetters = 5

  /// `title` in letters that an id may have, then five that are random, so that two rooms of one
  /// title have two ids and nobody foretells them: `grosse-runde-k3f9a`.
  static func id(for title: String, random: [UInt8]) -> Slug? {
    let suffix = Base32.text(random).prefix(suffixLetters)
    return Slug("\(stem(of: title))-\(suffix)")
  }

  /// What is no letter or digit, and no script that is known here, is a hyphen; never two of them,
  /// nor one at an end. `room` where nothing is left.
  static func stem(of title: String) -> String {
    var stem = ""
    var isGap = false
    for scalar in title.lowercased().unicodeScalars {
      guard let letters = letters(for: scalar) else {
        isGap = !stem.isEmpty
        continue
      }
      if letters.isEmpty { continue }
      let piece = isGap ? "-" + letters : letters
      guard stem.utf8.count + piece.utf8.count <= stemLength else { break }
      stem += piece
      isGap = false
    }
    return stem.isEmpty ? "room" : stem
  }

  /// Empty for what is not written (soft sign, apostrophe, combining marks), nil for a gap.
  private static func letters(for scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "a"..."z", "0"..."9": String(scalar)
    case "'", "\u{2019}", "\u{02bc}", "\u{300}"..."\u{36f}": ""
    default: table[scalar]
    }
  }

  /// Russian, Belarusian and Ukrainian; German; the Latin letters of their neighbours.
  private static let table: [Unicode.Scalar: String] = {
    let groups: [(String, String)] = [
      ("абвгґдезийклмнопрстуфыэі", "a b v g g d e z i y k l m n o p r s t u f y e i"),
      ("ёжхцчшщюяєїўъь", "yo zh kh ts ch sh shch yu ya ye yi u _ _"),
      ("äöüßæœøåđłþð", "ae oe ue ss ae oe o a d l th d"),
      ("àáâãāăąçćčďèéêëēęě", "a a a a a a a c c c d e e e e e e e"),
      ("ğģìíîïīįıķĺļľñńņň", "g g i i i i i i i k l l l n n n n"),
      ("òóôõōőŕřśşšșťţțùúûūůűųýÿźżž", "o o o o o o r r s s s s t t t u u u u u u u y y z z z"),
    ]
    var table: [Unicode.Scalar: String] = [:]
    for (letters, texts) in groups {
      for (letter, text) in zip(letters.unicodeScalars, texts.split(separator: " ")) {
        table[letter] = text == "_" ? "" : String(text)
      }
    }
    return table
  }()
}
