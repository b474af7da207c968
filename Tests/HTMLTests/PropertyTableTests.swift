import Testing

@testable import HTML

@Suite struct PropertyTableTests {
    @Test(arguments: [
        ("margin", "margin-left", true), ("margin", "padding-left", false), ("border", "border-top-color", true),
        ("border-top", "border-color", true), ("border-top", "border-left-color", false), ("border-color", "border-width", false),
        ("border", "border-collapse", false), ("border", "border-spacing", false), ("border-radius", "border-top-left-radius", true),
        ("border", "border-radius", false), ("font", "line-height", true), ("font", "font-size", true), ("font-size", "line-height", false),
        ("font", "font-style", true), ("all", "color", true), ("color", "color", true), ("background", "background-color", true),
        ("list-style", "list-style-type", true), ("inset", "top", true), ("top", "bottom", false), ("gap", "row-gap", true),
        ("overflow-wrap", "word-wrap", true), ("overflow", "overflow-x", true), ("--a", "--a-b", false), ("text", "text-align", true),
        ("-webkit-box", "-webkit-box-flex", true), ("flex-flow", "flex-wrap", true),
    ])
    func `a shorthand and its longhands are related, others are not`(one: String, other: String, expected: Bool) {
        var table = PropertyTable.usual
        let numbers = [one, other].map { name in SourceBytes.with(Array(name.utf8)) { table.number($0, 0..<$0.count) } }
        #expect(table.areRelated(numbers[0], numbers[1]) == expected)
        #expect(table.areRelated(numbers[1], numbers[0]) == expected)
    }

    @Test func `names have one number in any letter case, custom properties have not`() {
        var table = PropertyTable.usual
        let numbers = ["COLOR", "color", "--X", "--x"].map { name in SourceBytes.with(Array(name.utf8)) { table.number($0, 0..<$0.count) } }
        #expect(numbers[0] == numbers[1])
        #expect(numbers[2] != numbers[3])
    }
}
