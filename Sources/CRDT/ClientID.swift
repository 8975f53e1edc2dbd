/// A Yjs client id: who created a struct. At most 53 bits (Yjs 13 draws 32, Yjs 14 and yrs 53).
public typealias ClientID = UInt64
