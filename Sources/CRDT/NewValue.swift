public import Lib0

/// What a new shared type is to be.
public enum NewSharedType: Hashable, Sendable {
  case array, map, text, xmlFragment, xmlText
  /// An element with its name.
  case xmlElement(String)
  /// A hook with its name: a map among XML, which is left to the application to show.
  case xmlHook(String)

  /// On the wire: the type's number and, where it has one, its name.
  var content: [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .array: writer.varUInt(TypeKind.array)
    case .map: writer.varUInt(TypeKind.map)
    case .text: writer.varUInt(TypeKind.text)
    case .xmlFragment: writer.varUInt(TypeKind.xmlFragment)
    case .xmlText: writer.varUInt(TypeKind.xmlText)
    case .xmlElement(let name):
      writer.varUInt(TypeKind.xmlElement)
      writer.string(name)
    case .xmlHook(let name):
      writer.varUInt(TypeKind.xmlHook)
      writer.string(name)
    }
    return writer.bytes
  }
}

/// What can be put into an array or among the children of XML, or under a key.
public enum NewValue: Equatable, Sendable {
  case value(AnyValue)
  case type(NewSharedType)
  case subdocument(Subdocument)

  /// Content of its own item. Bytes travel as Binary, all other values as Any (Yjs does the same).
  var content: (kind: UInt8, bytes: [UInt8]) {
    var writer = ByteWriter()
    switch self {
    case .value(.bytes(let bytes)):
      writer.varBytes(bytes)
      return (ContentKind.binary, writer.bytes)
    case .value(let value):
      writer.any(value)
      return (ContentKind.any, writer.bytes)
    case .type(let type): return (ContentKind.type, type.content)
    case .subdocument(let document): return (ContentKind.doc, document.content)
    }
  }
}
