import Lib0

/// Reading a document.
extension Doc {
  /// A root by name, if an update or an edit has mentioned it.
  public func root(_ name: String) -> SharedType? {
    let bytes = Array(name.utf8)
    let index = names.find(bytes, bytes.indices)
    guard index != .none, let type = roots[index] else { return nil }
    return SharedType(index: type)
  }

  public func kind(of type: SharedType) -> SharedTypeKind {
    SharedTypeKind(types[Int(type.index)].kind)
  }

  /// Length of the sequence: UTF-16 code units and 1 for each embed in text, else elements.
  public func length(of type: SharedType) -> Int { Int(types[Int(type.index)].length) }

  /// Elements of the sequence, in order. A text's characters come one string a run.
  public func elements(of type: SharedType) -> [SharedValue] {
    var result: [SharedValue] = []
    var index = types[Int(type.index)].start
    while index != .none {
      let item = items[Int(index)]
      if !item.isDeleted, item.isCountable { append(item, to: &result) }
      index = item.right
    }
    return result
  }

  /// Keys with a live value, in the order in which they were first set here.
  public func keys(of type: SharedType) -> [String] { liveEntries(of: type).map { $0.key } }

  /// The value of a key. Complexity: O(1) beside reading the value.
  public func value(of type: SharedType, key: String) -> SharedValue? {
    let bytes = Array(key.utf8)
    let name = names.find(bytes, bytes.indices)
    guard name != .none else { return nil }
    let item = map.item(type.index, name)
    guard item != .none, !items[Int(item)].isDeleted else { return nil }
    return lastValue(items[Int(item)])
  }

  /// All keys with their values.
  public func entries(of type: SharedType) -> [(key: String, value: SharedValue)] {
    liveEntries(of: type).compactMap { entry in
      lastValue(items[Int(entry.item)]).map { (key: entry.key, value: $0) }
    }
  }

  private func liveEntries(of type: SharedType) -> [(key: String, item: Index32)] {
    var result: [(key: String, item: Index32)] = []
    var index = types[Int(type.index)].firstKey
    while index != .none {
      let entry = map.entries[Int(index)]
      if entry.item != .none, !items[Int(entry.item)].isDeleted {
        result.append((key: names.string(entry.key), item: entry.item))
      }
      index = entry.next
    }
    return result
  }

  /// The characters of a text, without embeds.
  public func string(of type: SharedType) -> String {
    var bytes: [UInt8] = []
    var index = types[Int(type.index)].start
    while index != .none {
      let item = items[Int(index)]
      if item.kind == ContentKind.string, !item.isDeleted {
        bytes.append(contentsOf: content[item.contentRange])
      }
      index = item.right
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A text with its formatting. A run ends at each mark, also where nothing changes there; see
  /// `joined` in `Array<TextRun>`.
  public func runs(of type: SharedType) -> [TextRun] {
    var result: [TextRun] = []
    var attributes = ObjectValue()
    var bytes: [UInt8] = []
    func flush() {
      if bytes.isEmpty { return }
      let text = String(decoding: bytes, as: UTF8.self)
      result.append(TextRun(content: .text(text), attributes: attributes))
      bytes = []
    }
    var index = types[Int(type.index)].start
    while index != .none {
      let item = items[Int(index)]
      index = item.right
      if item.isDeleted { continue }
      switch item.kind {
      case ContentKind.string: bytes.append(contentsOf: content[item.contentRange])
      case ContentKind.format:
        flush()
        let mark = format(item)
        attributes = attributes.setting(mark.key, mark.value)
      case ContentKind.embed:
        flush()
        result.append(TextRun(content: .embed(embed(item)), attributes: attributes))
      case ContentKind.type:
        flush()
        let kind = SharedTypeKind(types[Int(item.type)].kind)
        let held = SharedType(index: item.type)
        result.append(TextRun(content: .type(held, kind), attributes: attributes))
      default: break
      }
    }
    flush()
    return result
  }

  /// The last element of an item, which is the value where it is the rightmost of its key.
  func lastValue(_ item: Item) -> SharedValue? { values(item).last }

  /// The elements of an item, also of one that is deleted and not collected yet.
  func values(_ item: Item) -> [SharedValue] {
    var values: [SharedValue] = []
    append(item, to: &values)
    return values
  }

  private func append(_ item: Item, to result: inout [SharedValue]) {
    var reader = ByteReader(content.span.extracting(item.contentRange))
    do {
      switch item.kind {
      case ContentKind.any:
        for _ in 0..<item.length { result.append(.value(try reader.any())) }
      case ContentKind.json:
        for _ in 0..<item.length {
          let text = try reader.varBytes()
          result.append(.value(JSONText.isUndefined(text) ? .undefined : try JSON.parse(text)))
        }
      case ContentKind.binary:
        let bytes = try reader.varBytes()
        result.append(.value(.bytes(bytes.indices.map { bytes[$0] })))
      case ContentKind.string:
        let text = String(decoding: content[item.contentRange], as: UTF8.self)
        result.append(.value(.string(text)))
      case ContentKind.embed: result.append(.value(embed(item)))
      case ContentKind.type:
        let kind = SharedTypeKind(types[Int(item.type)].kind)
        result.append(.type(SharedType(index: item.type), kind))
      case ContentKind.doc:
        let guid = try reader.string()
        result.append(.subdocument(guid: guid, options: try reader.any()))
      default: break
      }
    } catch {
      preconditionFailure("stored content was checked when it came in: \(error)")
    }
  }

  func embed(_ item: Item) -> AnyValue {
    var reader = ByteReader(content.span.extracting(item.contentRange))
    do { return try JSON.parse(try reader.varBytes()) } catch {
      preconditionFailure("stored content was checked when it came in: \(error)")
    }
  }

  func format(_ item: Item) -> (key: String, value: AnyValue) {
    var reader = ByteReader(content.span.extracting(item.contentRange))
    do {
      let key = try reader.string()
      return (key: key, value: try JSON.parse(try reader.varBytes()))
    } catch {
      preconditionFailure("stored content was checked when it came in: \(error)")
    }
  }
}

extension ObjectValue {
  /// With one attribute set, or ended where the value is null.
  func setting(_ key: String, _ value: AnyValue) -> ObjectValue {
    if value == .null { return ObjectValue(entries.filter { !$0.key.hasSameUnits(as: key) }) }
    var result = self
    result.set(key, value)
    return result
  }
}
