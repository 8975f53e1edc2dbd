public import Lib0

/// Content that an update would bring to a place under a root.
public struct NewContent: Sendable {
  /// A key's value of more bytes is not looked into.
  public static let valueBytesMax = 64 << 10
  /// Nor is a run of a sequence's elements: 40,000 numbers, each with the bytes of a double.
  public static let elementBytesMax = 40_000 * 9

  public enum Kind: Equatable, Sendable {
    /// Values as Any.
    case values([AnyValue])
    /// Text, in UTF-16 units.
    case text(units: Int)
    /// A shared type, empty as it comes.
    case type(SharedTypeKind)
    /// A tombstone: what it held was deleted before it came here.
    case nothing
    /// Values of more bytes than are looked into.
    case long(bytes: Int)
    /// Formatting marks, embedded objects, bytes, subdocuments, values in Yjs' old form of JSON.
    case other
  }

  /// Map keys from the root to the place, outermost first; the last one holds the value, unless
  /// `isElement`. At most `Touch.maximumDepth`.
  public var path: [String]
  /// It comes into the sequence of the type at the path, not under the last key.
  public var isElement: Bool
  public var kind: Kind
  /// Of elements: how long the sequence is with them, what this update brought before included,
  /// and what it deletes taken off where that was asked for.
  public var length: Int
  /// Of a value: the key has one now.
  public var replaces: Bool
}

extension Doc {
  /// Shows `body` what `update` would bring to places under the root `name`, in the order of
  /// integration, without applying it. Duplicates, deletions and what would become GC bring
  /// nothing.
  ///
  /// - Parameters:
  ///   - deleted: What `update` deletes: what of it is alive here is taken off the lengths.
  ///   - body: returns false to see no more.
  /// - Complexity: O(update × `Touch.maximumDepth`); O(structs) where neither side knows the root.
  ///   With `deleted` also the structs that it covers.
  public func newContent(
    in update: Update, under name: String, without deleted: DeleteSet = DeleteSet(),
    _ body: (NewContent) -> Bool
  ) {
    let wanted = Array(name.utf8)
    guard knowsRoot(wanted) || update.mentionsRoot(wanted) else { return }
    var finder = TouchFinder(update, self)
    var lengths: [Place.Parent: Int] = [:]
    for (type, count) in elementCounts(of: deleted) {
      lengths[.type(type)] = Int(clamping: types[Int(type)].length) - count
    }
    for run in newRecords(in: update) {
      for index in run {
        guard let place = finder.place(ofRecord: index) else { continue }
        let isElement = place.key == .none
        let (root, path) = finder.path(isElement ? finder.outer(place.parent).place : place)
        guard root == name else { continue }
        let record = update.records[index]
        var length = 0
        if isElement {
          length = lengths[place.parent] ?? self.length(of: place.parent)
          length += newCount(of: record, without: deleted)
          lengths[place.parent] = length
        }
        let content = NewContent(
          path: path, isElement: isElement,
          kind: update.newContent(of: record, isElement: isElement), length: length,
          replaces: !isElement && finder.hasValue(place))
        if !body(content) { return }
      }
    }
  }

  private func knowsRoot(_ name: [UInt8]) -> Bool {
    let known = names.find(name, 0..<name.count)
    return known != .none && roots[known] != nil
  }

  /// How many elements a record adds to its list: not those that are known.
  private func newCount(of record: UpdateRecord, without deleted: DeleteSet) -> Int {
    guard ContentKind.isCountable(record.kind) else { return 0 }
    let from = max(record.clock, clock(of: record.client))
    guard from < record.end else { return 0 }
    let count = record.end - from - deleted.count(of: record.client, from: from, to: record.end)
    return Int(clamping: count)
  }

  /// How many elements of each list are alive and in a delete set.
  private func elementCounts(of deleted: DeleteSet) -> [Index32: Int] {
    var counts: [Index32: Int] = [:]
    for range in deleted.ranges {
      _ = alive(in: DeleteSet([range])) { item in
        guard item.key == .none, item.isCountable, item.parent != .none else { return }
        let count = min(item.end, range.end) - max(item.clock, range.clock)
        counts[item.parent, default: 0] += Int(clamping: count)
      }
    }
    return counts
  }

  /// The first map under a root whose value under `key` is among what is deleted, while the map
  /// itself is not: the path to the value. Only maps directly under keys of the root.
  ///
  /// - Complexity: O(deleted ranges × log structs), plus the structs that they cover.
  public func firstDeleted(
    key: String, ofMapsUnder name: String, by deleted: DeleteSet
  ) -> [String]? {
    if deleted.isEmpty { return nil }
    guard let wanted = known(key), let root = known(name).flatMap({ roots[$0] }) else { return nil }
    var found: [String]?
    _ = alive(in: deleted) { item in
      guard found == nil, item.key == wanted, item.parent != .none else { return }
      let holder = types[Int(item.parent)].holder
      guard holder != .none else { return }
      let shape = items[Int(holder)]
      guard shape.parent == root, shape.key != .none, !shape.isDeleted,
        !deleted.contains(client: clients[Int(shape.client)].id, clock: shape.clock)
      else { return }
      found = [names.string(shape.key), key]
    }
    return found
  }

  private func known(_ name: String) -> Index32? {
    let bytes = Array(name.utf8)
    let known = names.find(bytes, 0..<bytes.count)
    return known == .none ? nil : known
  }

  private func length(of parent: Place.Parent) -> Int {
    guard case .type(let type) = parent else { return 0 }
    return Int(clamping: types[Int(type)].length)
  }
}

extension Update {
  fileprivate func mentionsRoot(_ name: [UInt8]) -> Bool {
    records.contains { record in
      record.hasParent && record.parentIsRoot && record.rootNameRange.count == name.count
        && source[record.rootNameRange].elementsEqual(name)
    }
  }

  fileprivate func newContent(of record: UpdateRecord, isElement: Bool) -> NewContent.Kind {
    switch record.kind {
    case ContentKind.deleted: return .nothing
    case ContentKind.string: return .text(units: Int(clamping: record.length))
    case ContentKind.any:
      let count = record.contentRange.count
      let most = isElement ? NewContent.elementBytesMax : NewContent.valueBytesMax
      return count > most ? .long(bytes: count) : .values(values(record))
    case ContentKind.type:
      var reader = ByteReader(source.span.extracting(record.contentRange))
      guard let kind = try? reader.varUInt() else { return .other }
      return .type(SharedTypeKind(kind))
    default: return .other
    }
  }

  private func values(_ record: UpdateRecord) -> [AnyValue] {
    var reader = ByteReader(source.span.extracting(record.contentRange))
    var values: [AnyValue] = []
    for _ in 0..<record.length {
      // Decoding the update has checked it.
      guard let value = try? reader.any() else { break }
      values.append(value)
    }
    return values
  }
}
