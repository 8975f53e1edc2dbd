public import Lib0

/// One element of a document: a client's element number `clock`.
public struct ElementID: Hashable, Sendable {
  public var client: ClientID
  public var clock: UInt64

  public init(client: ClientID, clock: UInt64) {
    self.client = client
    self.clock = clock
  }
}

/// A place in a sequence that stays where it is while others edit around it: a cursor, a comment.
///
/// It names the element beside it instead of an index. Encoded it goes into awareness states (as
/// JSON) or files (as bytes), and every replica that has the element can resolve it.
///
/// - Shape: `varUInt 0 ‖ client ‖ clock` of the element, or `1 ‖ varString root`, or `2 ‖ client ‖
///   clock` of the type's holder where it stands at an end; then `varInt association`.
/// - Source: Yjs 13.6 `RelativePosition.js`.
public struct RelativePosition: Hashable, Sendable {
  /// The type, as who made the position knew it. What is encoded names it only where there is no
  /// element.
  public enum Parent: Hashable, Sendable {
    case root(String)
    /// The item that holds the type.
    case held(ElementID)

  }

  public var parent: Parent?
  /// The element that it sticks to; nil at the end (or, sticking to the left, at the start).
  public var element: ElementID?
  /// 0 and more: before the element, as left as that; below 0: behind it.
  public var association: Int64

  public init(parent: Parent?, element: ElementID?, association: Int64 = 0) {
    self.parent = parent
    self.element = element
    self.association = association
  }

  // MARK: bytes

  public func encoded() -> [UInt8] {
    var writer = ByteWriter()
    switch (element, parent) {
    case (.some(let element), _):
      writer.varUInt(0)
      writer.varUInt(element.client)
      writer.varUInt(element.clock)
    case (nil, .held(let holder)):
      writer.varUInt(2)
      writer.varUInt(holder.client)
      writer.varUInt(holder.clock)
    case (nil, .root(let name)):
      writer.varUInt(1)
      writer.string(name)
    case (nil, nil):
      // It names nothing; the root of the empty name is what Yjs takes where no name is given.
      writer.varUInt(1)
      writer.string("")
    }
    writer.varInt(association)
    return writer.bytes
  }

  /// - Throws: where the bytes are no position. What old encoders wrote ends before the
  ///   association, which is 0 then.
  public init(_ bytes: Span<UInt8>) throws(DecodingError) {
    var reader = ByteReader(bytes)
    self.init(parent: nil, element: nil)
    switch try reader.varUInt() {
    case 0: element = ElementID(client: try reader.varUInt(), clock: try reader.varUInt())
    case 1: parent = .root(try reader.string())
    case 2: parent = .held(ElementID(client: try reader.varUInt(), clock: try reader.varUInt()))
    default: throw .invalid(offset: 0, what: "kind of relative position")
    }
    if reader.remaining > 0 { association = try reader.varInt() }
  }

  // MARK: JSON

  /// As editors put it into awareness: the keys `type` or `tname`, `item`, `assoc`.
  public var json: AnyValue {
    var object = ObjectValue()
    switch parent {
    case .held(let holder): object.set("type", holder.json)
    case .root(let name): object.set("tname", .string(name))
    case nil: break
    }
    if let element { object.set("item", element.json) }
    object.set("assoc", .number(Double(association)))
    return .object(object)
  }

  /// A position from `json`; nil where it is none. Without `assoc` that is 0.
  public init?(json: AnyValue) {
    guard case .object(let object) = json else { return nil }
    self.init(parent: nil, element: nil)
    if let item = object["item"], item != .null {
      guard let id = ElementID(json: item) else { return nil }
      element = id
    }
    if let type = object["type"], type != .null {
      guard let id = ElementID(json: type) else { return nil }
      parent = .held(id)
    } else if let name = object["tname"], name != .null {
      guard let text = name.stringValue else { return nil }
      parent = .root(text)
    }
    guard element != nil || parent != nil else { return nil }
    if let value = object["assoc"], value != .null {
      guard let number = value.numberValue,
        let magnitude = ElementID.whole(.number(number.magnitude))
      else { return nil }
      association = number < 0 ? -Int64(magnitude) : Int64(magnitude)
    }
  }
}

extension ElementID {
  fileprivate var json: AnyValue {
    .object(["client": .number(Double(client)), "clock": .number(Double(clock))])
  }

  fileprivate init?(json: AnyValue) {
    guard let client = json["client"].flatMap({ ElementID.whole($0) }),
      let clock = json["clock"].flatMap({ ElementID.whole($0) })
    else { return nil }
    self.init(client: client, clock: clock)
  }

  /// A number that clients and clocks can be.
  fileprivate static func whole(_ json: AnyValue) -> UInt64? {
    guard let number = json.numberValue, number >= 0, number <= Double(maxSafeInteger),
      Double(UInt64(number)) == number
    else { return nil }
    return UInt64(number)
  }
}
