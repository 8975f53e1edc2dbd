import Lib0

/// Writing many structs: into room that is made for a block at once, where a check of the room for
/// each byte would take longer than the bytes.
extension Doc {
  /// Content that is longer is copied as a whole.
  private static let shortContent: UInt32 = 1024
  /// Room for most structs. Where it is not enough, more is made for the rest.
  private static let usualBound = 64

  /// A client's structs from a clock on, as one section; up to the end, or to where one begins.
  func writeStructs(
    _ client: Index32, from clock: UInt64, upTo limit: UInt64? = nil, to writer: inout ByteWriter
  ) {
    var place = structs.find(client, clock)
    let last = structs.find(client, (limit ?? clients[Int(client)].state) - 1)
    writer.varUInt(structs.count(from: place, through: last))
    writer.varUInt(clients[Int(client)].id)
    writer.varUInt(clock)
    let cut = clock - structs.clock(at: place)
    if cut > 0 || place == last {
      write(items[Int(structs[place])], cut: cut, to: &writer)
      guard place != last, let next = structs.next(place) else { return }
      place = next
    }
    write(structs.count(from: place, through: last), from: place, to: &writer)
  }

  /// So many structs of one client, the first at a place.
  private func write(_ count: Int, from first: StructPlace, to writer: inout ByteWriter) {
    var place = first
    var rest = count
    while rest > 0 {
      let item = items[Int(structs[place])]
      guard let bound = bound(item) else {
        write(item, cut: 0, to: &writer)
        rest -= 1
        guard let next = structs.next(place) else { return }
        place = next
        continue
      }
      // Each closure that names the document counts the owners of all its arrays: one for many.
      let room = max(bound, Self.usualBound * min(rest, 4096)) + RoomWriter.slack
      writer.bytes.append(addingCapacity: room) { output in
        unsafe output.withUnsafeMutableBufferPointer { buffer, count in
          var room = unsafe RoomWriter(buffer, from: count)
          rest -= put(rest, from: &place, &room)
          count = room.count
        }
      }
    }
  }

  /// As many of some structs as there is room for. The result is how many, and `place` the next.
  @inline(__always) private func put(
    _ count: Int, from place: inout StructPlace, _ room: inout RoomWriter
  ) -> Int {
    var done = 0
    while done < count {
      let run = structs.slots(of: place.client, block: place.block)
      for slot in run.dropFirst(place.offset).prefix(count - done) {
        let item = items[Int(structs.item(inSlot: slot))]
        guard let bound = bound(item), bound <= room.left else { return done }
        put(item, &room)
        done += 1
        place.offset += 1
      }
      if place.offset == run.count {
        place.block += 1
        place.offset = 0
      }
    }
    return done
  }

  /// The most bytes that a struct takes; `nil` where its content is to be copied as a whole.
  @inline(__always) private func bound(_ item: Item) -> Int? {
    let content = item.contentCount
    if content > Self.shortContent { return nil }
    // The first byte; two ids; how much content.
    var bound = 1 + 4 * 8 + 8 + Int(content)
    if item.originClient == .none, item.rightOriginClient == .none, item.parent != .none {
      bound += 2 * 8
      let type = types[Int(item.parent)]
      if type.holder == .none { bound += names.range(type.name).count }
      if item.key != .none { bound += 8 + names.range(item.key).count }
    }
    return bound
  }

  /// One struct (Yjs `Item.write`, `GC.write`). It takes at most `bound` bytes.
  @inline(__always) private func put(_ item: Item, _ room: inout RoomWriter) {
    guard !item.isGC else {
      room.byte(0)
      room.varUInt(item.length)
      return
    }
    let hasOrigin = item.originClient != .none
    let hasRightOrigin = item.rightOriginClient != .none
    room.byte(item.info)
    if hasOrigin { putID(item.originClient, item.originClock, &room) }
    if hasRightOrigin { putID(item.rightOriginClient, item.rightOriginClock, &room) }
    if !hasOrigin, !hasRightOrigin { putParent(item, &room) }
    switch item.kind {
    case ContentKind.string: room.varUInt(UInt64(item.contentCount))
    case ContentKind.deleted, ContentKind.any, ContentKind.json: room.varUInt(item.length)
    default: break
    }
    room.bytes(content, item.contentRange)
  }

  @inline(__always) private func putID(
    _ client: Index32, _ clock: UInt64, _ room: inout RoomWriter
  ) {
    room.put(clients[Int(client)].encodedID)
    room.varUInt(clock)
  }

  private func putParent(_ item: Item, _ room: inout RoomWriter) {
    let type = types[Int(item.parent)]
    if type.holder == .none {
      room.byte(1)
      put(name: type.name, &room)
    } else {
      room.byte(0)
      putID(items[Int(type.holder)].client, items[Int(type.holder)].clock, &room)
    }
    if item.key != .none { put(name: item.key, &room) }
  }

  private func put(name: Index32, _ room: inout RoomWriter) {
    let range = names.range(name)
    room.varUInt(UInt64(range.count))
    room.bytes(names.buffer, range)
  }
}

extension OutputSpan<UInt8> {
  /// Unsigned LEB128 in its shortest form.
  @inline(__always) mutating func varUInt(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }
}
