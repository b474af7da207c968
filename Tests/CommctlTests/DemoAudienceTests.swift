import NIOCore
import Testing

@testable import commctl

@Suite("The demo's contact file")
struct DemoAudienceTests {
    private let audience = DemoAudience(rows: 30_000)

    @Test("about one row in a hundred repeats the one before it in capitals")
    func duplicates() {
        let duplicates = (0..<audience.rows).filter { audience.kind(of: $0) == .duplicate }
        #expect(duplicates.count == audience.rows / 100)
        for index in duplicates {
            #expect(audience.email(of: index) == audience.email(of: index - 1).uppercased())
            #expect(audience.row(index).split(separator: ",").dropFirst() == audience.row(index - 1).split(separator: ",").dropFirst())
        }
    }

    @Test("all other addresses differ, the deliberately wrong ones aside")
    func unique() {
        var seen: Set<String> = []
        for index in 0..<audience.rows where ![.duplicate, .malformed].contains(audience.kind(of: index)) {
            #expect(seen.insert(audience.email(of: index)).inserted, "row \(index)")
        }
    }

    @Test("one contact is suppressed and one has unsubscribed, in a file of any size", arguments: [10, 1_000, 30_000])
    func optOuts(rows: Int) {
        let addresses = (0..<rows).map(DemoAudience(rows: rows).email(of:))
        #expect(addresses.count { $0 == DemoAudience.suppressed } == 1)
        #expect(addresses.count { $0 == DemoAudience.unsubscribed } == 1)
    }

    @Test("a row has a field for each column of the header, however many commas and quotes it holds")
    func columns() {
        for index in 0..<audience.rows {
            #expect(Self.fieldCount(audience.row(index)) == 6, "row \(index)")
        }
    }

    @Test("the upload begins and ends as a multipart body and holds every row")
    func upload() async {
        let file = ContactFileUpload(audience: DemoAudience(rows: 1_234))
        var text = ""
        for await piece in file { text += String(buffer: piece) }
        #expect(text.hasPrefix("--"))
        #expect(text.hasSuffix("--\r\n"))
        // Four lines of the part's head, the header of the file, the rows, and the closing line.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
        #expect(lines == 1_242)
    }

    private static func fieldCount(_ row: String) -> Int {
        var count = 1
        var isQuoted = false
        for character in row {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted { count += 1 }
        }
        return count
    }
}

@Suite("The demo's newsletter")
struct DemoNewsletterTests {
    @Test("its ten links are the ten targets, in order, and one leads to unsubscribing")
    func links() {
        let links = DemoNewsletter.html.matches(of: #/href="([^"]+)"/#).map { String($0.1) }
        #expect(links.filter { $0.hasPrefix("https:") } == DemoNewsletter.targets)
        #expect(links.filter { $0 == "{{unsubscribe_url}}" }.count == 1)
        #expect(DemoNewsletter.targets.count == 10)
    }
}
