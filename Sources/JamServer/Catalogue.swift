internal import Dispatch
internal import Lib0
internal import Storage
internal import Synchronization

/// What the hub knows of its jams: read from every shard, changed on a queue of its own.
///
/// A change is on disk before anybody sees it, so no crash brings back a link that was withdrawn,
/// or takes a title from somebody who has seen it.
final class Catalogue: Sendable {
  /// Makes a record durable. Called on the catalogue's queue.
  typealias Save = @Sendable (Slug, JamRecord) -> Result<Void, StorageError>

  private struct Entry {
    var record: JamRecord
    /// Counts changes.
    var revision: UInt64 = 0
  }
  private let entries: Mutex<[Slug: Entry]>
  private let save: Save
  private let queue = DispatchQueue(label: "jamboree.catalogue")

  init(_ records: [Slug: JamRecord], save: @escaping Save) {
    entries = Mutex(records.mapValues { Entry(record: $0) })
    self.save = save
  }

  /// A jam of which nothing is stored has what a new one has.
  subscript(jam: Slug) -> JamRecord { current(jam).record }

  /// A jam's record, and how often it has changed since the start.
  func current(_ jam: Slug) -> (record: JamRecord, revision: UInt64) {
    entries.withLock { entries in
      guard let entry = entries[jam] else { return (JamRecord(), 0) }
      return (entry.record, entry.revision)
    }
  }

  /// Changes a jam's record: what `body` refuses changes nothing, nor does what cannot be saved.
  ///
  /// - Parameter done: Called on the catalogue's queue with what came of it.
  func change<Value: Sendable>(
    _ jam: Slug, _ body: @escaping @Sendable (inout JamRecord) -> Result<Value, APIError>,
    done: @escaping @Sendable (Result<Value, CatalogueError>) -> Void
  ) {
    queue.async { [self] in
      var record = self[jam]
      switch body(&record) {
      case .failure(let refusal): done(.failure(.refused(refusal)))
      case .success(let value):
        switch save(jam, record) {
        case .failure(let error): done(.failure(.notSaved("\(error)")))
        case .success:
          entries.withLock { [record] entries in
            let revision = entries[jam]?.revision ?? 0
            entries[jam] = Entry(record: record, revision: revision + 1)
          }
          done(.success(value))
        }
      }
    }
  }

  /// Waits for changes under way.
  func finish() { queue.sync {} }
}

/// Why a change did not come about.
enum CatalogueError: Error {
  case refused(APIError)
  /// The disk would not; the reason is for the log.
  case notSaved(String)
}

extension Catalogue {
  /// The catalogue of a data folder.
  ///
  /// - Throws: for a file that is damaged or newer. Without it nobody knows which links were
  ///   withdrawn, so the hub does not begin with a guess.
  convenience init(in store: Store) throws(HubError) {
    var records: [Slug: JamRecord] = [:]
    do throws(StorageError) {
      for (jam, content) in try store.jams() { records[jam] = try Self.record(content, of: jam) }
    } catch {
      throw HubError(
        "cannot read what is known of a jam: \(error) (with its copy from a backup links work as "
          + "they did then; without the file titles are gone and the first links are valid again)")
    }
    self.init(records) { jam, record in
      Result { () throws(StorageError) in try store.saveJam(jam, record.encoded()) }
    }
  }

  private static func record(
    _ content: [UInt8], of jam: Slug
  ) throws(StorageError) -> JamRecord {
    do throws(DecodingError) { return try JamRecord(decoding: content) } catch {
      throw .damaged(path: "jams/\(jam).json", offset: 0, reason: "\(error)")
    }
  }
}
