internal import Board
internal import CRDT

/// Why something was refused: a code for programs (Protocol/wire.md §6) and a sentence for people.
public struct Refusal: Error, Equatable, Sendable {
  public enum Code: String, Sendable {
    case viewer
    case frozen
    case review
    case notReview = "not-review"
    case removed
    case foreignClient = "foreign-client"
    case tooManyClients = "too-many-clients"
    case refusedBefore = "refused-before"
    case serverOnly = "server-only"
    case badName = "bad-name"
    case boardLimit = "board-limit"
    case memberLimit = "member-limit"
    case schema
    case documentLimit = "document-limit"
    case tooCostly = "too-costly"
    case misplaced
    case unreadable
    case notSaving = "not-saving"
    case notAllowed = "not-allowed"
    case notHere = "not-here"
    case badCommand = "bad-command"
  }

  public var code: Code
  public var reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  static let viewer = Refusal(.viewer, "your token is for viewing: this edit was not taken")
  static let frozen = Refusal(.frozen, "the room is frozen: this edit was not taken")
  /// What a stock client is told whose edit stays in its document.
  static let frozenAndKept = Refusal(
    .frozen, "the room is frozen: this edit was not taken, and your page still shows it: reload it")
  /// Of what came in a step 2: it is asked for when the room is open again.
  static let frozenForNow = Refusal(
    .frozen, "the room is frozen: edits made offline are taken when it is open again")
  static let review = Refusal(
    .review, "this room is for watching a recorded session: this edit was not taken")
  static let notReview = Refusal(
    .notReview,
    "this token is for performing a recorded session, and this room is not for watching one: start "
      + "one for that, or choose one that does not exist yet")
  static let removed = Refusal(.removed, "a facilitator removed you from this room")
  static let serverOnly = Refusal(
    .serverOnly, "the stage changes by commands only: this edit was not taken")
  static let tooManyClients = Refusal(
    .tooManyClients,
    "more than \(RoomLimits.liveClientsPerBoard) Yjs client ids of one session on one board")
  static let tooManyIDs = Refusal(
    .documentLimit, "more than \(RoomLimits.clientIDs) Yjs client ids have written on one board")
  static let tooManyIDsOfOne = Refusal(
    .documentLimit, "more than \(RoomLimits.clientIDsOfOne) Yjs client ids from one person")
  static let refusedBefore = Refusal(
    .refusedBefore,
    "this document holds an edit that was refused: reload the page to go on from the room's state")
  static let holdsRefused = Refusal(
    .refusedBefore,
    "this document holds an edit that was refused, and what builds on it is not taken: reload all "
      + "open pages of this board to go on from the room's state")
  static let tooCostly = Refusal(
    .tooCostly, "this edit would take the hub too long: it inserts too much at one place")
  static let notSaving = Refusal(
    .notSaving, "the hub cannot write to its disk: edits are refused until it can")

  static func schema(_ violation: SchemaViolation) -> Refusal {
    Refusal(.schema, "not what a board may hold: \(violation)")
  }

  static func foreignClient(_ client: UInt64) -> Refusal {
    Refusal(.foreignClient, "Yjs client id \(client) belongs to somebody else")
  }

  static func misplaced(_ client: UInt64, _ clock: UInt64) -> Refusal {
    Refusal(
      .misplaced,
      "struct \(clock) of Yjs client id \(client) names a right neighbour that it cannot have: "
        + "reload the page to go on from the room's state")
  }

  static func unreadable(_ odd: UnreadableContent) -> Refusal {
    Refusal(
      .unreadable,
      "struct \(odd.clock) of Yjs client id \(odd.client) has \(odd.what), which not all clients "
        + "can read: reload the page to go on from the room's state")
  }

  static func holdsForeign(_ client: UInt64) -> Refusal {
    Refusal(
      .foreignClient,
      "this document holds what somebody else wrote (Yjs client id \(client)) and has not brought: "
        + "what builds on it waits for them, or reload the page")
  }
}

/// What a room bounds, and by how much.
public struct RoomLimits: Equatable, Sendable {
  /// Live Yjs client ids that one session may write with on one board (Yjs draws a new one on a
  /// conflict).
  public static let liveClientsPerBoard = 16
  /// Boards that only facilitators may begin, beyond `boards`.
  public static let boardsKept = 16
  /// Bytes of an update that is decoded although nothing of it may be taken, to see whether there
  /// is anything to refuse.
  static let futileBytes = 64 << 10
  /// Bytes of one awareness state.
  public static let presenceBytes = 16 * 1024
  /// Bytes of all awareness states that a session announces.
  public static let presenceBytesOfSession = 32 * 1024
  /// Entries of one awareness message that are looked at.
  public static let presenceEntries = 256

  public var boards = 64
  public var members = 2_000
  /// Approximate size of one board's document, in bytes: past it only deletions are taken.
  public var documentBytes = 64 << 20
  /// Yjs client ids that one board has seen; a person brings one at each visit.
  public static let clientIDs = 65_536
  /// Yjs client ids that one subject may bring to the boards of a room, all in all. A link that a
  /// whole workshop came by is one subject.
  public static let clientIDsOfOne = 8_192
  /// Memory that a document may take for each byte that `documentBytes` allows it encoded. Single
  /// letters in random places take 6; made to be small when encoded, structs take over 20.
  static let memoryFactor = 10
  /// Shared types inside of each other. Rich text takes some three for each indented list.
  static let typeDepth = 100

  public init() {}
}
