import SyncProtocol
import Testing

@testable import Rooms

/// What Yjs or yrs fails at for good goes to nobody.
@Suite("Room: content that not everybody can read")
struct UnreadableTests {
  let rig = RoomRig()

  /// A GC struct beyond 32 bits; content of kind JSON in a root "t"; and maps, 101 deep.
  private static let updates: [[UInt8]] = [
    [1, 1, 7, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x10, 0],
    [1, 1, 7, 0, 2, 1, 1, 0x74, 1, 1, 0x31, 0],
    [1, 101, 7, 0] + [0x27, 1, 1, 0x74, 1, 0x6b, 1]
      + (0..<100).flatMap { [0x27, 0, 7, $0, 1, 0x6b, 1] as [UInt8] } + [0],
  ]

  @Test(arguments: updates)
  func itIsRefusedWhole(_ update: [UInt8]) {
    let (ann, bob) = (rig.joinOwn("ann"), rig.joinOwn("bob"))
    _ = rig.take()
    rig.update(update, from: ann, board: "main")
    guard case .reject(number: 1, code: "unreadable", _)? = rig.takeMessages(to: ann).first else {
      Issue.record("not refused")
      return
    }
    #expect(rig.takeMessages(to: bob).isEmpty && rig.edits == 0)
  }

  /// Taken back it would go on as tombstones, which need not be better.
  @Test(arguments: updates)
  func itIsNotTakenBackEither(_ update: [UInt8]) {
    let fay = rig.joinOwn("fay", .facilitator)
    rig.command(#"{"id": 1, "command": "freeze"}"#, from: fay)
    let (ann, bob) = (rig.join("ann"), rig.join("bob"))
    _ = rig.take()
    let before = rig.records.count
    rig.update(update, from: ann)
    #expect(rig.takeMessages(to: ann).filter(\.isDenial).count == 1)
    #expect(rig.takeMessages(to: bob).isEmpty)
    #expect(!rig.records[before...].contains { $0.kind == .update || $0.kind == .syncReply })
  }
}
