import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Template validator")
struct TemplateValidatorTests {
    private func validate(_ draft: TemplateDraft, sample: [String: String] = [:]) throws -> TemplateValidation {
        let time = ManualTime(Date(timeIntervalSince1970: 1_767_225_600))
        let validator = try TemplateValidator(pipeline: CompilePipeline(), publicBase: "https://comm.example.com", time: time)
        return try validator.validate(draft, sample: sample)
    }

    @Test("a good template comes back with numbers and a preview")
    func good() throws {
        let draft = TemplateDraft(name: "News", subject: "Hi {{name}}", type: "html", bodyHTML: DomainFixture.html)
        let result = try validate(draft, sample: ["name": "Zoë"])
        #expect(result.isValid)
        #expect(result.preview?.subject == "Hi Zoë")
        #expect(result.metrics.linkCount == 2)
        #expect(result.metrics.mergeVariables.contains("name"))
    }

    @Test("what would stand against sending is a warning here")
    func blockers() throws {
        let draft = TemplateDraft(name: "News", subject: "Hi", type: "html", bodyHTML: "<p>Hi</p>")
        let result = try validate(draft)
        #expect(result.isValid)
        #expect(result.warnings.map(\.code).contains("missing_unsubscribe_url"))
    }

    @Test("fields and limits are refused together")
    func refused() throws {
        let html = String(repeating: "<a href=\"https://shop.example/\">x</a>", count: 101)
        let result = try validate(TemplateDraft(name: nil, subject: "Hi", type: "html", bodyHTML: html))
        #expect(!result.isValid)
        #expect(result.errors.map(\.code) == ["required", "links_exceeded"])
        #expect(result.preview == nil)
    }
}
