/// The rules of a template's fields.
///
/// What its HTML may hold is checked by the compile step.
package enum TemplateRules {
    /// RFC 5322, 2.1.1: a line of a header holds at most 998 characters.
    package static let longestSubject = 998
    static let longestName = 200
    /// Larger bodies are not even stored; the compile step's own limits are far lower (bytes).
    package static let largestBody = 1 << 20

    /// Every problem of a draft, in the order of the fields.
    package static func problems(of draft: TemplateDraft) -> [FieldProblem] {
        var check = FieldCheck()
        check.requiredLine("name", draft.name, limit: longestName)
        check.requiredLine("subject", draft.subject, limit: longestSubject)
        checkType(draft.type, &check)
        checkBody("body_html", draft.bodyHTML, required: draft.type == TemplateType.html.rawValue, &check)
        checkBody("body_text", draft.bodyText, required: draft.type == TemplateType.text.rawValue, &check)
        return check.problems
    }

    /// The sentence that stands for the problems: the words of the contract where it has some.
    static func message(for problems: [FieldProblem]) -> String {
        if problems.contains(where: { $0.code == "required" && ["name", "subject", "type"].contains($0.field) }) {
            return "name, subject, type required"
        }
        if problems.contains(where: { $0.field == "type" }) { return "type must be html or text" }
        return problems.first?.message ?? "Template validation failed"
    }

    private static func checkType(_ type: String?, _ check: inout FieldCheck) {
        guard let type, !type.isEmpty else { return check.add(.required("type")) }
        if TemplateType(rawValue: type) == nil { check.add("type", "invalid", "type must be html or text") }
    }

    private static func checkBody(_ field: String, _ body: String?, required: Bool, _ check: inout FieldCheck) {
        if required, body.map(FieldCheck.isBlank) ?? true { return check.add(.required(field)) }
        check.text(field, body)
        if let body, body.utf8.count > largestBody {
            check.add(field, "too_long", "\(field) is larger than \(largestBody) bytes")
        }
    }
}
