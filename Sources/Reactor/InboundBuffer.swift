/// The bytes of one frame that has not arrived whole. Most connections, most of the time: nothing.
///
/// Safe to use: the pointer is private to it, and every access is checked against `capacity`.
/// Raw memory and not an array, because the kernel writes into its free end, and because a large
/// allocation that is not touched yet costs no memory: a peer that announces 16 MiB and sends
/// nothing holds nothing.
@safe struct InboundBuffer: ~Copyable {
  private(set) var base: UnsafeMutableRawPointer?
  private var filled: UInt32 = 0
  private var room: UInt32 = 0

  var count: Int { Int(filled) }
  var capacity: Int { Int(room) }
  var isEmpty: Bool { filled == 0 }

  init() { unsafe base = nil }
  deinit { unsafe base?.deallocate() }

  /// Replaces the content; `capacityAtLeast` is made at once where it is more.
  mutating func store(_ bytes: UnsafeRawBufferPointer, capacityAtLeast: Int = 0) {
    if unsafe bytes.isEmpty { return clear() }
    filled = 0
    reserve(max(bytes.count, capacityAtLeast))
    if let base = unsafe base, let source = bytes.baseAddress {
      unsafe base.copyMemory(from: source, byteCount: bytes.count)
    }
    filled = UInt32(bytes.count)
  }

  mutating func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    let grown = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 8)
    if let base = unsafe base {
      unsafe grown.copyMemory(from: base, byteCount: count)
      unsafe base.deallocate()
    }
    unsafe base = grown
    room = UInt32(wanted)
  }

  /// Where the kernel may write.
  var free: UnsafeMutableRawBufferPointer {
    guard let base = unsafe base else {
      return unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }
    return unsafe UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
  }

  mutating func didFill(_ bytes: Int) {
    precondition(bytes >= 0 && count + bytes <= capacity)
    filled += UInt32(bytes)
  }

  mutating func removeFirst(_ consumed: Int) {
    precondition(consumed >= 0 && consumed <= count)
    if consumed == count { return clear() }
    guard consumed > 0, let base = unsafe base else { return }
    filled -= UInt32(consumed)
    unsafe base.copyMemory(from: base + consumed, byteCount: count)
  }

  mutating func clear() {
    unsafe base?.deallocate()
    unsafe base = nil
    filled = 0
    room = 0
  }
}
