import Storage
import Testing

@Suite("Slug")
struct SlugTests {
  @Test(arguments: ["a", "a-b_9", String(repeating: "x", count: 64)])
  func acceptsIds(_ text: String) { #expect(Slug(text)?.description == text) }

  @Test(arguments: ["", "..", "A", "a/b", "ä", "комната", "a\0", String(repeating: "x", count: 65)])
  func refusesEverythingElse(_ text: String) { #expect(Slug(text) == nil) }
}
