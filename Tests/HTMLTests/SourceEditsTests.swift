import Testing

@testable import HTML

@Suite struct SourceEditsTests {
    private let source = Array("0123456789".utf8)

    private func applied(_ changes: (inout SourceEdits) -> Void) -> String {
        var edits = SourceEdits()
        changes(&edits)
        return String(decoding: edits.apply(to: source), as: UTF8.self)
    }

    @Test func `no change leaves every byte`() {
        #expect(applied { _ in } == "0123456789")
    }

    @Test func `insertions at one place keep their order`() {
        #expect(
            applied {
                $0.replace(3..<3, with: Array("a".utf8)); $0.replace(3..<3, with: Array("b".utf8))
            } == "012ab3456789"
        )
    }

    @Test func `an insertion beside a removal stays`() {
        let text = applied { edits in
            edits.remove(2..<5)
            edits.replace(5..<5, with: Array("x".utf8))
            edits.replace(2..<2, with: Array("y".utf8))
        }
        #expect(text == "01yx56789")
    }

    @Test func `a change inside a removed range goes with it`() {
        #expect(
            applied {
                $0.replace(3..<4, with: Array("x".utf8)); $0.remove(2..<8)
            } == "0189"
        )
    }

    @Test func `of two replacements of one range the first stays`() {
        #expect(
            applied {
                $0.replace(1..<2, with: Array("a".utf8)); $0.replace(1..<2, with: Array("b".utf8))
            } == "0a23456789"
        )
    }

    @Test func `markers cut the output`() {
        var edits = SourceEdits()
        edits.replace(4..<6, with: [.bytes(Array("a".utf8)), .marker(7), .bytes(Array("b".utf8))])
        #expect(edits.pieces(of: source) == [.bytes(Array("0123a".utf8)), .marker(7), .bytes(Array("b6789".utf8))])
    }

    @Test(arguments: 1...20) func `changes apart from each other all take place`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var edits = SourceEdits()
        var expected = ""
        var position = 0
        while position < source.count {
            let end = Int.random(in: position + 1...source.count, using: &random)
            if Bool.random(using: &random) {
                edits.replace(position..<end, with: Array("<\(position)>".utf8))
                expected += "<\(position)>"
            } else {
                expected += String(decoding: source[position..<end], as: UTF8.self)
            }
            position = end
        }
        #expect(String(decoding: edits.apply(to: source), as: UTF8.self) == expected)
    }
}
