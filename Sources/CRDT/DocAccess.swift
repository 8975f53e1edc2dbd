/// Reaching structs, for what does not care how they are stored.
extension Doc {
  func record(_ index: Index32) -> Item { items[Int(index)] }

  /// The item that holds the type which an item is part of; `.none` for a root's.
  func holder(of item: Item) -> Index32 { types[Int(item.parent)].holder }

  /// Whether an item has come with the open transaction.
  func isNew(_ item: Item) -> Bool { item.clock >= clients[Int(item.client)].before }

  /// The structs of a client's clocks `from..<to`, in their order; the first and the last may
  /// reach beyond.
  func run(of client: Index32, from: UInt64, to: UInt64) -> [Index32] {
    let to = min(to, clients[Int(client)].state)
    guard from < to else { return [] }
    var result: [Index32] = []
    var next: StructPlace? = structs.find(client, from)
    while let place = next, structs.clock(at: place) < to {
      result.append(structs[place])
      next = structs.next(place)
    }
    return result
  }
}
