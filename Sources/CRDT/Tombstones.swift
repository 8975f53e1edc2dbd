/// Which items are deleted, a bit each: encoding asks this of every struct, and 64 answers in one
/// word stay in the processor's cache where 64 items do not.
struct Tombstones: Sendable {
  private var words: [UInt64] = []

  subscript(item: Index32) -> Bool {
    @inline(__always) get { words[Int(item >> 6)] & 1 << UInt64(item & 63) != 0 }
    set {
      let word = Int(item >> 6)
      while word >= words.count { words.append(0) }
      let bit: UInt64 = 1 << UInt64(item & 63)
      words[word] = newValue ? words[word] | bit : words[word] & ~bit
    }
  }

  mutating func shrink() { words = words.withoutSpareRoom() }
}
