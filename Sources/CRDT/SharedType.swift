public import Lib0

/// A shared type of one document: what reading and editing refer to.
///
/// A handle is valid in the document that gave it and in copies of it. Once the type is deleted it
/// reads as empty.
public struct SharedType: Hashable, Sendable {
  let index: Index32
}

/// What a shared type is.
public enum SharedTypeKind: Hashable, Sendable {
  case array, map, text, xmlElement, xmlFragment, xmlHook, xmlText
  /// A root that only updates have mentioned: its type is not on the wire, who reads it decides.
  case untyped

  init(_ reference: UInt64) {
    switch reference {
    case TypeKind.array: self = .array
    case TypeKind.map: self = .map
    case TypeKind.text: self = .text
    case TypeKind.xmlElement: self = .xmlElement
    case TypeKind.xmlFragment: self = .xmlFragment
    case TypeKind.xmlHook: self = .xmlHook
    case TypeKind.xmlText: self = .xmlText
    default: self = .untyped
    }
  }
}

/// One element of a sequence, or the value of a key.
public enum SharedValue: Sendable {
  case value(AnyValue)
  case type(SharedType, SharedTypeKind)
  /// A subdocument: its content is synchronised under its own name.
  case subdocument(guid: String, options: AnyValue)
}

/// A piece of a text: what stands there and how it is formatted.
public struct TextRun: Sendable {
  public enum Content: Sendable {
    case text(String)
    case embed(AnyValue)
    case type(SharedType, SharedTypeKind)
  }
  public var content: Content
  public var attributes: ObjectValue
}
