import Rooms
import Storage
import Testing

@testable import JamServer

@Suite("Route")
struct RouteTests {
  static let rooms: [(path: String, room: String, board: String)] = [
    ("/yjs/demo/radio", "demo/radio", "main"), ("/yjs/demo/radio/", "demo/radio", "main"),
    ("/yjs/demo/radio/plan", "demo/radio", "plan"), ("/yjs/d-1/r_2/b", "d-1/r_2", "b"),
    ("/yjs/de%6do/radio", "demo/radio", "main"),
  ]

  @Test(arguments: 0..<rooms.count)
  func aRoomsPathNamesRoomAndBoard(index: Int) {
    let row = Self.rooms[index]
    guard case .room(let id, let board) = Route(path: row.path) else {
      Issue.record("\(row.path) is no room")
      return
    }
    #expect(id.description == row.room)
    #expect(board == row.board)
  }

  static let bad = [
    "/yjs", "/yjs/demo", "/yjs/demo/a/b/c", "/yjs/demo/..", "/yjs/../radio", "/yjs/demo/%2e%2e",
    "/yjs/demo/%252e%252e", "/yjs/demo/a%2fb", "/yjs/demo/a%00", "/yjs/demo/%", "/yjs/demo/%zz",
    "/yjs/demo/Radio", "/yjs/demo/радио", "/yjs/demo/%d1%80", "/yjs//radio", "/yjs/demo//main",
    "/yjs/demo/@stage", "/yjs/demo/radio/@stage", "/yjs/demo/radio/%40stage",
    "/yjs/demo/" + String(repeating: "a", count: 65), "yjs/demo/radio",
  ]

  @Test(arguments: bad)
  func everythingElseBelowIsABadName(path: String) {
    guard case .bad(let reason) = Route(path: path) else {
      Issue.record("\(path) was taken")
      return
    }
    #expect(!reason.isEmpty)
  }

  static let pages: [(path: String, route: Route)] = [
    ("/j/demo", .page), ("/j/demo/", .page), ("/j/demo/radio", .page), ("/j/de%6do/r_1", .page),
    ("/sw.js", .file("sw.js")), ("/icon.svg", .file("icon.svg")),
    ("/manifest.webmanifest", .file("manifest.webmanifest")),
    ("/trust", .page), ("/trust/", .page), ("/trust/x", .unknown),
    ("/ca.crt", .authority), ("/ca.crt/", .unknown), ("/ca%2ecrt", .unknown),
    ("/assets/app-1f.js", .file("assets/app-1f.js")), ("/assets/a%2ejs", .file("assets/a.js")),
    ("/assets/app.js/", .unknown), ("/assets", .unknown), ("/assets/", .unknown),
    ("/assets/a/b", .unknown), ("/assets//a", .unknown), ("/assets/%", .unknown),
    // Looked up in a table, where there is no such name.
    ("/assets/..%2f..%2fkeys", .file("assets/../../keys")), ("/assets/..", .file("assets/..")),
    ("/assets/%252e%252e", .file("assets/%2e%2e")), ("/index.html", .unknown),
    ("/sw.js/x", .unknown), ("/sw.js/", .unknown),
    ("/icon.svg/", .unknown), ("/SW.js", .unknown), ("/j", .bad(reason: "")),
    ("/j/Demo", .bad(reason: "")), ("/j/demo/a/b", .bad(reason: "")),
    ("/j/demo/..", .bad(reason: "")), ("/j/%2e%2e", .bad(reason: "")), ("/j//r", .bad(reason: "")),
  ]

  @Test(arguments: 0..<pages.count)
  func pagesAndTheirFilesHaveTheirPlaces(index: Int) {
    let row = Self.pages[index]
    if case (.bad, .bad) = (row.route, Route(path: row.path)) { return }
    #expect(Route(path: row.path) == row.route, "\(row.path)")
  }

  static let calls: [(path: String, resource: APICall.Resource?, methods: [String])] = [
    ("/api/jams/demo/join", .join, ["POST"]), ("/api/jams/demo/join/", .join, ["POST"]),
    ("/api/jams/de%6do/rooms", .rooms, ["GET", "HEAD", "POST"]),
    ("/api/jams/demo/invitations", .invitations, ["GET", "HEAD"]),
    ("/api/jams/demo/invitations/participant/renew", .renewal(.participant), ["POST"]),
    ("/api/jams/demo/invitations/facilitator/renew", .renewal(.facilitator), ["POST"]),
    ("/api/jams/demo/invitations/viewer/renew", .renewal(.viewer), ["POST"]),
    ("/api/jams/demo/invitations/bot/renew", nil, ["GET", "HEAD"]),
    ("/api/jams/demo/invitations/viewer", nil, ["GET", "HEAD"]),
    ("/api/jams/demo/invitations/viewer/", nil, ["GET", "HEAD"]), ("/api", nil, ["GET", "HEAD"]),
    ("/api/jams", nil, ["GET", "HEAD"]), ("/api/jams/demo", nil, ["GET", "HEAD"]),
    ("/api/jams/demo/JOIN", nil, ["GET", "HEAD"]), ("/api/jam/demo/join", nil, ["GET", "HEAD"]),
    ("/api/jams/demo/join/x", nil, ["GET", "HEAD"]),
    ("/api/jams/Demo/join", nil, ["GET", "HEAD"]), ("/api/jams/../join", nil, ["GET", "HEAD"]),
    ("/api/jams/%2e%2e/join", nil, ["GET", "HEAD"]), ("/api/jams//join", nil, ["GET", "HEAD"]),
    ("/api/jams/a%00/join", nil, ["GET", "HEAD"]),
  ]

  @Test(arguments: 0..<calls.count)
  func theAPIHasFourThings(index: Int) throws {
    let row = Self.calls[index]
    let route = Route(path: row.path)
    #expect(route.methods == row.methods)
    guard let resource = row.resource else {
      if case .api = route { Issue.record("\(row.path) was taken") }
      return
    }
    #expect(route == .api(APICall(jam: try #require(Slug("demo")), resource: resource)))
  }

  @Test func theOtherPathsAreKnownOrNot() {
    #expect(Route(path: "/") == .index)
    #expect(Route(path: "") == .index)
    #expect(Route(path: "/healthz") == .health)
    #expect(Route(path: "/favicon.ico") == .unknown)
    #expect(Route(path: "/YJS/demo/radio") == .unknown)
  }

  @Test func aRoomHasOneHomeWhoeverAsks() throws {
    var homes = [0, 0, 0]
    for number in 0..<300 {
      let prototype = try #require(Slug("room-\(number)"))
      let jam = try #require(Slug("demo"))
      let id = RoomID(jam: jam, prototype: prototype)
      let home = homeShard(of: id, among: 3)
      #expect(home == homeShard(of: id, among: 3))
      homes[home] += 1
    }
    #expect(homes.allSatisfy { $0 > 50 }, "\(homes)")
  }
}

@Suite("Census")
struct CensusTests {
  @Test func connectionsAreBoundedInAllAndByAddress() {
    let census = Census()
    var limits = HubConfig.Limits()
    limits.connections = 3
    limits.connectionsPerAddress = 2
    #expect(census.admit("a", limits) == nil)
    #expect(census.admit("a", limits) == nil)
    #expect(census.admit("a", limits) == "too many connections from this address")
    #expect(census.admit("b", limits) == nil)
    #expect(census.admit("c", limits) == "the hub has all the connections it may have")
    census.leave("a")
    #expect(census.admit("c", limits) == nil)
    #expect(census.connections == 3)
  }
}
