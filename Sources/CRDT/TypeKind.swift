/// The shared types by their number on the wire (Yjs `typeRefs`).
enum TypeKind {
  static let array: UInt64 = 0
  static let map: UInt64 = 1
  static let text: UInt64 = 2
  static let xmlElement: UInt64 = 3
  static let xmlFragment: UInt64 = 4
  static let xmlHook: UInt64 = 5
  static let xmlText: UInt64 = 6
  /// A root: its type is not on the wire.
  static let unknown: UInt64 = 255
}
