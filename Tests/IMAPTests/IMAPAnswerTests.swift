import CommTesting
import Testing

@testable import IMAP

@Suite("What IMAP servers say is read")
struct IMAPAnswerTests {
    @Test func `a folder's state is read from the lines of EXAMINE`() {
        let answer = "* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1795766617] valid\r\n* OK [UIDNEXT 4] next\r\n"
        #expect(IMAPFolderState(answer: Array(answer.utf8)) == IMAPFolderState(uidValidity: 1_795_766_617, uidNext: 4, messages: 3))
    }

    @Test(arguments: [
        "", "* 3 EXISTS\r\n", "* OK [UIDVALIDITY 0] no\r\n", "* OK [UIDVALIDITY 99999999999] no\r\n", "* OK [UIDVALIDITY x]\r\n",
    ])
    func `a folder without lasting numbers has no state`(answer: String) {
        #expect(IMAPFolderState(answer: Array(answer.utf8)) == nil)
    }

    @Test(arguments: [
        ("* SEARCH 3 1 2\r\n", [1, 2, 3] as [UInt32]), ("* search 5\r\n* 3 EXISTS\r\n* SEARCH 4294967295 5\r\n", [5, 4_294_967_295]),
        ("* SEARCH\r\n", []), ("* SEARCH x 0 -1 99999999999\r\n", []), ("* 3 FETCH (UID 9)\r\n", []), ("A1 SEARCH 1\r\n", []),
    ])
    func `numbers are read from the lines of SEARCH`(answer: String, expected: [UInt32]) {
        #expect(IMAPAnswer.found(Array(answer.utf8)) == expected)
    }

    @Test(arguments: 0..<200)
    func `a sequence set names exactly its numbers`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let uids = Set((0..<Int.random(in: 0...60, using: &random)).map { _ in UInt32.random(in: 1...80, using: &random) })
        var named: Set<UInt32> = []
        for part in IMAPCommand.set(Array(uids).shuffled(using: &random)).split(separator: ",") {
            let ends = part.split(separator: ":").compactMap { UInt32($0) }
            named.formUnion(ends.count == 2 ? Array(ends[0]...ends[1]) : ends)
        }
        #expect(named == uids)
    }

    @Test func `the greatest numbers are written, too`() {
        #expect(IMAPCommand.set([.max, .max - 1, 1]) == "1,4294967294:4294967295")
    }

    @Test(arguments: ["", "a\"b", "a\\b", "a\r\nb", "Gelöscht", String(repeating: "x", count: 256)])
    func `a folder's name cannot leave its quotes`(name: String) {
        #expect(throws: IMAPError.self) { try IMAPCommand.quoted(name) }
    }

    @Test func `addresses keep every part in its place`() throws {
        var configuration = IMAPConfiguration(host: "imap.example.org", port: 993, security: .tls, user: "u", password: "p")
        configuration.folder = "INBOX/a;UID=1?x %"
        let address = try IMAPCommand.address(configuration, uidValidity: 7, uid: 9, limit: 100)
        #expect(address == "imaps://imap.example.org:993/INBOX%2Fa%3BUID%3D1%3Fx%20%25;UIDVALIDITY=7;UID=9;PARTIAL=0.100")
        configuration.host = "evil/../x"
        #expect(throws: IMAPError.self) { try IMAPCommand.address(configuration) }
    }
}
