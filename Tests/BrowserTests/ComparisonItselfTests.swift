import Testing

/// The check finds what it is there to find.
@Suite(.serialized) struct ComparisonItselfTests {
    private static let head = "<!DOCTYPE html><style>p{color:red;transition:color 2s}a:hover{color:lime}"
    private static let body = "</style><p>One</p><div><a href=\"https://e.test\">Two</a></div>"

    private func found(_ compiled: [String], scheme: Chromium.ColorScheme = .light) async throws -> [MailComparison.Result] {
        let source = Self.head + Self.body
        return try await MailComparison.compare(
            compiled.map { MailComparison.Pair(name: "planted", source: source, compiled: $0) },
            scheme: scheme
        )
    }

    @Test func `planted differences are found where they are, and sameness is no difference`() async throws {
        let results = try await found([
            Self.head + Self.body,
            Self.head + "p{color:#f00001}" + Self.body,
            Self.head + "@media (max-width:400px){p{margin-left:1px}}" + Self.body,
            Self.head + "a{color:-webkit-link !important}" + Self.body,
            Self.head + "p::after{content:'x'}" + Self.body,
            Self.head + "</style><p>One</p><a href=\"https://e.test\">Two</a>",
            String((Self.head + Self.body).dropFirst("<!DOCTYPE html>".count)),
        ])
        #expect(results.allSatisfy { $0.elements >= 3 })
        #expect(results[0].total == 0)
        #expect(results[0].states == 2)
        #expect(results[1].differences.contains { $0.property == "color" && $0.path == "html > body[1] > p[1]" && $0.width == 800 })
        #expect(results[2].total > 0)
        #expect(results[2].differences.allSatisfy { $0.width == 360 })
        #expect(results[3].differences.contains { $0.property == "color" && $0.state == "hover" })
        #expect(results[3].differences.allSatisfy { $0.state == "hover" })
        #expect(results[4].differences.contains { $0.path.hasSuffix("p[1]::after") && $0.property == "content" })
        #expect(results[5].differences.contains { $0.property == "element" && $0.source == "div" })
        #expect(results[6].differences.contains { $0.property == "mode" })
    }

    @Test func `a difference that shows only to those who prefer dark is found with them`() async throws {
        let compiled = [Self.head + "@media (prefers-color-scheme:dark){p{color:blue}}" + Self.body]
        #expect(try await found(compiled, scheme: .light)[0].total == 0)
        #expect(try await found(compiled, scheme: .dark)[0].total > 0)
    }
}
