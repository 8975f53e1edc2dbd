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

  /// A room in which a recording is performed is listed as one, also while nobody has it open.
  func noteReview(_ live: LiveRoom) {
    guard live.room?.isReview == true, !hub.api.isReview(live.id) else { return }
    hub.api.keepReview(live.id)
  }

  /// Tells the index what is new: whole seconds, so that a lively room tells it once a second.
  func list(_ live: LiveRoom) {
    let entry = RoomIndex.Entry(people: live.people.count, changed: live.changed)
    guard entry != live.listed else { return }
    live.listed = entry
    hub.index.note(live.id, people: entry.people, changed: entry.changed)
  }
}
