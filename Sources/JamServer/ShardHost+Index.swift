internal import Rooms

/// What lists of rooms have of the rooms that live here.
extension ShardHost {
  /// A session is about to leave its room.
  func noteLeft(_ live: LiveRoom, _ session: SessionID) {
    guard let subject = live.room?.whereabouts(of: session)?.subject,
      let count = live.people[subject]
    else { return }
    live.people[subject] = count > 1 ? count - 1 : nil
  }

  /// Tells the index what is new: whole seconds, so that a lively room tells it once a second.
  func list(_ live: LiveRoom) {
    let entry = RoomIndex.Entry(people: live.people.count, changed: live.changed)
    guard entry != live.listed else { return }
    live.listed = entry
    hub.index.note(live.id, people: entry.people, changed: entry.changed)
  }
}
