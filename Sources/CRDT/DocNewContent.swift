public import Lib0

/// Content that an update would bring to a place under a root.
public struct NewContent: Sendable {
  /// Content of more bytes is not looked into.
  public static let bytesMax = 64 << 10

  public enum Kind: Equatable, Sendable {
    /// Values as Any.
    case values([AnyValue])
    /// Text, in UTF-16 units.
    case text(units: Int)
    /// A shared type, empty as it comes.
    case type(SharedTypeKind)
    /// A tombstone: what it held was deleted before it came here.
    case nothing
    /// Values of more than `bytesMax` bytes.
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
  /// Of an element: how long the sequence is before it, what this update brought included.
  public var length: Int
  /// Of a value: the key has one now.
  public var replaces: Bool
}

extension Doc {
  /// Shows `body` what `update` would bring to places under the root `name`, in the order of
  /// integration, without applying it. Duplicates, deletions and what would become GC bring
  /// nothing.
  ///
  /// - Parameter body: returns false to see no more.
  /// - Complexity: O(update × `Touch.maximumDepth`); O(structs) where neither side knows the root.
  public func newContent(
    in update: Update, under name: String, _ body: (NewContent) -> Bool
  ) {
    let wanted = Array(name.utf8)
    guard knowsRoot(wanted) || update.mentionsRoot(wanted) else { return }
    var finder = TouchFinder(update, self)
    var brought: [Place.Parent: Int] = [:]
    for run in newRecords(in: update) {
      for index in run {
        guard let place = finder.place(ofRecord: index) else { continue }
        let isElement = place.key == .none
        let (root, path) = finder.path(isElement ? finder.outer(place.parent).place : place)
        guard root == name else { continue }
        let record = update.records[index]
        let length =
          isElement ? self.length(of: place.parent) + brought[place.parent, default: 0] : 0
        let content = NewContent(
          path: path, isElement: isElement, kind: update.newContent(of: record), length: length,
          replaces: !isElement && finder.hasValue(place))
        if isElement, ContentKind.isCountable(record.kind) {
          brought[place.parent, default: 0] += Int(clamping: record.length)
        }
        if !body(content) { return }
      }
    }
  }

  private func knowsRoot(_ name: [UInt8]) -> Bool {
    let known = names.find(name, 0..<name.count)
    return known != .none && roots[known] != nil
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

  fileprivate func newContent(of record: UpdateRecord) -> NewContent.Kind {
    switch record.kind {
    case ContentKind.deleted: return .nothing
    case ContentKind.string: return .text(units: Int(clamping: record.length))
    case ContentKind.any:
      let range = record.contentRange
      return range.count > NewContent.bytesMax ? .long(bytes: range.count) : .values(values(record))
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
