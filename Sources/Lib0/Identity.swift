extension [UInt8] {
  /// Whether both are the same bytes in memory, not only equal ones. Complexity: O(1).
  public func isIdentical(to other: [UInt8]) -> Bool {
    unsafe withUnsafeBufferPointer { mine in
      unsafe other.withUnsafeBufferPointer { theirs in
        unsafe mine.baseAddress == theirs.baseAddress && mine.count == theirs.count
      }
    }
  }
}
