internal import Reactor
internal import Rooms

/// What rooms keep in memory until it is in their files, and who waits for that.
extension ShardHost {
  /// Looks at what a room keeps now; true if it is more than at the last look.
  ///
  /// Where checkpoints fail nobody is held back, because that would not help: what such a room
  /// keeps counts for all of the hub, and above its own limit or that of all its edits are refused.
  @discardableResult
  func account(_ live: LiveRoom) -> Bool {
    let bytes = live.room?.unarchivedByteCount ?? 0
    let grew = bytes > live.keptBytes
    let counted = live.isFailing ? 0 : bytes
    let failing = (bytes - counted) - (live.keptBytes - live.countedBytes)
    if failing != 0 { hub.census.noteFailing(failing) }
    backlog.changed(from: live.countedBytes, to: counted)
    live.countedBytes = counted
    live.keptBytes = bytes
    let isOverfull =
      live.room != nil
      && backlog.isOverfull(
        bytes, failing: live.isFailing ? hub.census.failingBytes : nil, now: context.nowNS)
    if isOverfull != live.isOverfull {
      live.isOverfull = isOverfull
      let verb = live.isFailing ? "cannot be" : "are not"
      let reason = "room \(live.id): its files \(verb) written; \(bytes) bytes wait in memory"
      roomTroubles[live.id] = isOverfull ? reason : nil
      if isOverfull {
        logger.error("edits of a room are refused", metadata: .fields(["reason": reason]))
      } else {
        logger.notice(
          "edits of a room are taken again", metadata: .fields(["room": "\(live.id)"]))
      }
      tellSaving(live)
    }
    return grew
  }

  /// Says or takes back that a room is not saved as it should be.
  func noteDelay(of live: LiveRoom) {
    var delay: String?
    if live.room != nil, live.isFailing {
      delay = "room \(live.id): its files cannot be written: \(live.failure)"
    } else if live.room != nil, live.gap.isOpen {
      delay = "room \(live.id): the log did not take all of it, and its files do not have it yet"
    }
    if delay == nil, roomDelays.isEmpty { return }
    if roomDelays[live.id] != delay { roomDelays[live.id] = delay }
  }

  /// Accounts for what a message of `peer` left in its room; true if that fills faster than
  /// checkpoints take it away, which is logged.
  func noteFilling(by peer: Peer) -> Bool {
    guard let live = peer.live, account(live), !live.isFailing,
      backlog.holdsBack(live.countedBytes, of: rooms.count)
    else { return false }
    if backlog.takeNews(now: context.nowNS) {
      logger.notice(
        "edits come faster than they are archived: who sends them has to wait",
        metadata: .fields(["room": "\(live.id)", "bytes": "\(backlog.bytes)"]))
    }
    return true
  }

  /// A session's pause is over: whether it goes on, because checkpoints have not caught up.
  func isStillHeldBack(_ peer: Peer) -> Bool {
    guard peer.isHeldBack, peer.phase == .open, let live = peer.live,
      !live.isFailing, backlog.holdsBack(live.countedBytes, of: rooms.count)
    else { return false }
    return backlog.isWorthWaiting(now: context.nowNS)
  }

  /// Writes the rooms that keep most, where all together keep too much.
  func relieve() {
    guard backlog.isOver else { return }
    for live in rooms.values
    where !live.isCheckpointing && !live.isFailing
      && backlog.isLarge(live.countedBytes, of: rooms.count)
    {
      if live.room?.needsCheckpoint == true { checkpoint(live) }
    }
  }
}
