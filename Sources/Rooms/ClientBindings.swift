internal import CRDT

/// Which subject writes under which Yjs client id.
///
/// - Shape: client id → subject. Grows only: an id is never given to somebody else.
/// - Rule: live updates bind; a SyncStep2 binds the document's own id at most (Protocol/wire.md
///   §3): tabs of one person, and peers after a crash, hold structs that others wrote.
struct ClientBindings: Equatable {
  private var subjects: [String] = []
  private var numbers: [String: Int32] = [:]
  private var owners: [ClientID: Int32] = [:]

  func owner(of client: ClientID) -> String? {
    owners[client].map { subjects[Int($0)] }
  }

  /// Binds `client` to `subject`. The caller has checked that nobody else owns it.
  mutating func bind(_ client: ClientID, to subject: String) {
    guard owners[client] == nil else { return }
    let number =
      numbers[subject]
      ?? {
        let next = Int32(truncatingIfNeeded: subjects.count)
        subjects.append(subject)
        numbers[subject] = next
        return next
      }()
    owners[client] = number
  }

  /// Every subject with its ids, for the room's file.
  var bySubject: [(subject: String, clients: [ClientID])] {
    var clients = [[ClientID]](repeating: [], count: subjects.count)
    for (client, number) in owners { clients[Int(number)].append(client) }
    return zip(subjects, clients).map { ($0, $1.sorted()) }
  }
}
