import CommCore
import Testing

@Suite("Template rules")
struct TemplateRulesTests {
    private func problems(
        name: String? = "News",
        subject: String? = "Hello",
        type: String? = "html",
        html: String? = "<p>Hi</p>",
        text: String? = nil
    ) -> [String] {
        let draft = TemplateDraft(name: name, subject: subject, type: type, bodyHTML: html, bodyText: text)
        return TemplateRules.problems(of: draft).map { "\($0.field):\($0.code)" }
    }

    @Test("a whole template has no problem")
    func whole() {
        #expect(problems() == [])
        #expect(problems(type: "text", html: nil, text: "Hi") == [])
    }

    @Test("every missing field is named")
    func missing() {
        #expect(problems(name: nil, subject: "  ", type: nil, html: nil) == ["name:required", "subject:required", "type:required"])
    }

    @Test("the type decides which body is needed")
    func body() {
        #expect(problems(html: " \n") == ["body_html:required"])
        #expect(problems(type: "text", text: nil) == ["body_text:required"])
        #expect(problems(type: "pdf") == ["type:invalid"])
    }

    @Test("the longest subject that a header line holds is 998 characters")
    func subjectLength() {
        #expect(problems(subject: String(repeating: "ä", count: 998)) == [])
        #expect(problems(subject: String(repeating: "ä", count: 999)) == ["subject:too_long"])
    }

    @Test("line breaks and NUL in the subject are refused", arguments: ["a\r\nBcc: x@y.z", "a\rb", "a\u{0}"])
    func subjectCharacters(subject: String) {
        #expect(problems(subject: subject) == ["subject:invalid"])
    }

    @Test("NUL and boundless bodies are refused")
    func bodies() {
        #expect(problems(html: "<p>\u{0}</p>", text: "a\u{0}") == ["body_html:invalid", "body_text:invalid"])
        #expect(problems(html: String(repeating: "x", count: (1 << 20) + 1)) == ["body_html:too_long"])
    }
}
