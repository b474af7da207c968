import Testing

@testable import HTML

@Suite struct SelectorTests {
    private static let page = """
        <!DOCTYPE html><body><div id=top class="a B"><p class=x>1</p><p>2</p><span lang="en-GB" title="one two">3</span></div>
        <ul><li>1</li><li class=x>2</li><li>3</li><li>4</li></ul><div><div><em></em></div></div>
        """

    private func parsed(_ text: String, _ tests: inout SelectorStore) -> SelectorParseResult {
        SourceBytes.with(Array(text.utf8)) { SelectorParser.parse($0, in: 0..<$0.count, into: &tests) }
    }

    private func parsed(_ text: String) -> SelectorParseResult {
        var tests = SelectorStore(isQuirks: false)
        return parsed(text, &tests)
    }

    /// The texts, or names, of what a selector selects.
    private func selected(_ text: String, in page: String = page) throws -> [String] {
        let document = try HTMLDocument(Array(page.utf8))
        var tests = SelectorStore(isQuirks: document.isQuirks)
        guard case .selector(let selector) = parsed(text, &tests) else { return ["?"] }
        return SourceBytes.with(document.source) { source in
            var matcher = SelectorMatcher(document.tree, source, tests, steps: 10_000)
            return document.elements.filter { matcher.matches(selector, $0.index) }.map { index, element in
                "\(element.name)\(document.nodes[index].end == index + 2 ? document.text(below: index) : "")"
            }
        }
    }

    @Test(arguments: [
        ("p", ["p1", "p2"]), ("P", ["p1", "p2"]), (".x", ["p1", "li2"]), ("p.x", ["p1"]), ("#top", ["div"]), ("#Top", []), (".b", []),
        (".a.B", ["div"]), ("div p", ["p1", "p2"]), ("body > p", []), ("body>div>p", ["p1", "p2"]), ("p + p", ["p2"]),
        ("p ~ span", ["span3"]), ("p+span", ["span3"]), ("li:first-child", ["li1"]), ("li:last-child", ["li4"]),
        ("li:nth-child(2n+1)", ["li1", "li3"]), ("li:nth-child( even )", ["li2", "li4"]), ("li:nth-child(-n+2)", ["li1", "li2"]),
        ("li:nth-last-child(2)", ["li3"]), ("li:not(.x)", ["li1", "li3", "li4"]), ("li:not(.x):not(:first-child)", ["li3", "li4"]),
        ("li:not(.x, :first-child)", ["li3", "li4"]), ("p:nth-of-type(2)", ["p2"]), ("span:first-of-type", ["span3"]),
        ("span:only-of-type", ["span3"]), ("em:empty", ["em"]), ("[lang|=en]", ["span3"]), ("[lang=EN-gb]", ["span3"]),
        ("[title~=two]", ["span3"]), ("[title^='one']", ["span3"]), ("[title$=\"wo\"]", ["span3"]), ("[title*='e t']", ["span3"]),
        ("[title='ONE TWO']", []), ("[title='ONE TWO' i]", ["span3"]), ("[class]", ["div", "p1", "li2"]), ("div div em", ["em"]),
        ("div em", ["em"]), ("* em", ["em"]), (":root", ["html"]), ("/* c */p/**/.x", ["p1"]),
    ])
    func `selectors select what a browser would`(selector: String, expected: [String]) throws {
        #expect(try selected(selector) == expected)
    }

    @Test(arguments: [
        ("*", 0, 0, 0), ("p", 0, 0, 1), (".a", 0, 1, 0), ("#a", 1, 0, 0), ("#a .b p:first-child", 1, 2, 1), ("[x]", 0, 1, 0),
        ("p:not(#a, .b)", 1, 0, 1), ("a:hover", 0, 1, 1), ("p::before", 0, 0, 2), ("a > b + c ~ d", 0, 0, 4),
    ])
    func `specificity counts identifiers, classes and types`(text: String, identifiers: Int, classes: Int, types: Int) throws {
        guard case .selector(let selector) = parsed(text) else {
            Issue.record("no selector")
            return
        }
        #expect(selector.specificity == Specificity(identifiers: identifiers, classes: classes, types: types))
    }

    @Test(arguments: ["", ">p", "p >", "p..x", "p[", "p[x", ".1a", "p:", "p::", "p,", "#", "a:not(", "p[x=]"])
    func `what is no selector is refused`(text: String) {
        #expect(parsed(text) == .invalid)
    }

    @Test(arguments: ["a:is(::x)", "a:nth-child(2 of .x)", "a::-moz-x", "svg|a", "a:unheard-of", ".a\\:b", ":not(:hover)", "a:has(b)"])
    func `what is beyond this matcher is told apart from what is wrong`(text: String) {
        #expect(parsed(text) == .unsupported)
    }

    @Test(arguments: [
        ("odd", [1, 3, 5]), ("even", [2, 4]), ("3", [3]), ("n", [1, 2, 3, 4, 5]), ("2n", [2, 4]), ("-n+3", [1, 2, 3]), ("n + 4", [4, 5]),
        ("3n-1", [2, 5]), ("+n", [1, 2, 3, 4, 5]), ("-2n+5", [1, 3, 5]),
    ])
    func `places are counted as an+b says`(text: String, expected: [Int]) throws {
        let expression = try #require(NthExpression(text))
        #expect((1...5).filter(expression.matches) == expected)
    }
}
