internal import CSystem

/// Frames that wait to be written to one socket. A frame is an array that many queues share.
///
/// Most frames are *droppable*: a reader that lags may lose them and catch up later. Some (answers,
/// refusals) must arrive, and stay when the rest is dropped.
///
/// `sent` counts the bytes of the first frame that the kernel has already taken.
struct OutboundQueue {
  private var frames: [[UInt8]] = []
  /// Indices of the frames that must arrive, ascending; few, and mostly none.
  private var kept: [Int] = []
  private var keptBytes = 0
  private var head = 0
  private var sent = 0
  private(set) var byteCount = 0
  /// Bytes that `dropUnstarted` would forget, a partly written frame included.
  var droppableBytes: Int { byteCount - keptBytes }

  /// Storage up to this many frames is kept when the queue runs empty: 8 bytes a frame.
  private static let keptCapacity = 8

  var isEmpty: Bool { head == frames.count }
  var frameCount: Int { frames.count - head }

  mutating func append(_ frame: [UInt8], isDroppable: Bool = true) {
    if frame.isEmpty { return }
    if head > 64, head * 2 > frames.count {
      frames.removeSubrange(..<head)
      for index in kept.indices { kept[index] -= head }
      head = 0
    }
    if !isDroppable {
      kept.append(frames.count)
      keptBytes += frame.count
    }
    frames.append(frame)
    byteCount += frame.count
  }

  /// Records that the kernel took `count` bytes.
  mutating func advance(_ count: Int) {
    precondition(count <= byteCount)
    byteCount -= count
    if byteCount == 0 { return reset() }
    var left = count
    while left > 0 {
      let rest = frames[head].count - sent
      let part = min(left, rest)
      left -= part
      let isKept = kept.first == head
      if isKept { keptBytes -= part }
      guard part == rest else {
        sent += part
        return
      }
      if isKept { kept.removeFirst() }
      frames[head] = []
      head += 1
      sent = 0
    }
  }

  /// Forgets every droppable frame of which nothing has been written yet.
  mutating func dropUnstarted() -> (frames: Int, bytes: Int) {
    guard !isEmpty else { return (0, 0) }
    let before = (frames: frameCount, bytes: byteCount)
    let isFirstBegun = sent > 0 && kept.first != head
    let survivors = isFirstBegun ? [head] + kept : kept
    guard !survivors.isEmpty else {
      reset()
      return before
    }
    frames = survivors.map { frames[$0] }
    kept = Array((isFirstBegun ? 1 : 0)..<frames.count)
    head = 0
    byteCount = frames.reduce(0) { $0 + $1.count } - sent
    return (frames: before.frames - frames.count, bytes: before.bytes - byteCount)
  }

  /// Frees everything. A frame that was partly written is lost as well.
  mutating func removeAll() {
    frames = []
    reset()
  }

  /// The frames not yet written, the first without its written part: for a move to another shard.
  func unsent() -> [[UInt8]] {
    guard !isEmpty else { return [] }
    return [Array(frames[head][sent...])] + frames[(head + 1)...]
  }

  private mutating func reset() {
    if frames.count > Self.keptCapacity {
      frames = []
    } else {
      frames.removeAll(keepingCapacity: true)
    }
    kept.removeAll(keepingCapacity: false)
    keptBytes = 0
    head = 0
    sent = 0
    byteCount = 0
  }

  /// Offers what waits to the kernel in one call.
  ///
  /// Small frames are gathered into `scratch`: for 40-byte frames one contiguous send is cheaper
  /// than the kernel's walk over as many iovecs. Large ones go out by reference.
  ///
  /// - Returns: how many bytes were offered, and how many the kernel took (or `-errno`).
  func write(to fd: Int32, scratch: UnsafeMutableRawBufferPointer) -> (offered: Int, taken: Int) {
    if frameCount == 1 {
      return unsafe frames[head].withUnsafeBytes { bytes in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
        return (rest.count, unsafe csys_send(fd, rest.baseAddress, rest.count))
      }
    }
    if byteCount <= scratch.count {
      var filled = 0
      var skip = sent
      for index in head..<frames.count {
        unsafe frames[index].withUnsafeBytes { bytes in
          let count = bytes.count - skip
          let source = unsafe bytes.baseAddress! + skip
          unsafe (scratch.baseAddress! + filled).copyMemory(from: source, byteCount: count)
          filled += count
        }
        skip = 0
      }
      return (filled, unsafe csys_send(fd, scratch.baseAddress, filled))
    }
    return gather(to: fd)
  }

  /// Hands the next bytes, at most `limit`, to `body` in one piece: from a long frame where it is,
  /// small ones gathered in `scratch`.
  ///
  /// - Returns: how many they were, and what `body` says.
  func withNext<Result>(
    _ limit: Int, scratch: UnsafeMutableRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) -> (count: Int, result: Result) {
    let first = frames[head].count - sent
    if frameCount == 1 || first >= limit {
      return unsafe frames[head].withUnsafeBytes { bytes in
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent..<sent + min(first, limit)])
        return unsafe (part.count, body(part))
      }
    }
    var filled = 0
    var skip = sent
    let room = min(limit, scratch.count)
    for index in head..<frames.count where filled < room {
      unsafe frames[index].withUnsafeBytes { bytes in
        let count = min(bytes.count - skip, room - filled)
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[skip..<skip + count])
        unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[filled..<filled + count])
          .copyMemory(from: part)
        filled += count
      }
      skip = 0
    }
    return unsafe (filled, body(UnsafeRawBufferPointer(rebasing: scratch[..<filled])))
  }

  private func gather(to fd: Int32) -> (offered: Int, taken: Int) {
    var offered = 0
    let count = min(frameCount, csys_iovecs)
    let taken = unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: count) { parts in
      for part in 0..<count {
        let skip = part == 0 ? sent : 0
        // Sound past the closure: the storage of a native array lives as long as `frames` holds
        // it, nobody else can change it, and `self` is borrowed until the call below returns.
        unsafe frames[head + part].withUnsafeBytes { bytes in
          let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress! + skip)
          unsafe (parts.baseAddress! + part).initialize(
            to: iovec(iov_base: start, iov_len: bytes.count - skip))
          offered += bytes.count - skip
        }
      }
      return unsafe csys_writev(fd, parts.baseAddress, Int32(count))
    }
    return (offered, taken)
  }
}
