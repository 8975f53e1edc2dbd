/// A list that mostly has one element or none, and allocates nothing then.
struct Few<Element: Sendable>: Sendable {
  private var first: Element?
  private var rest: [Element] = []

  var isEmpty: Bool { first == nil }
  var count: Int { (first == nil ? 0 : 1) + rest.count }
  /// All of them. An array is made for that.
  var all: [Element] { first.map { [$0] + rest } ?? [] }

  mutating func append(_ element: Element) {
    if first == nil { first = element } else { rest.append(element) }
  }
}
