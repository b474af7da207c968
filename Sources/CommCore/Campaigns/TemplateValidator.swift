import FoundationEssentials

/// What can be said of a template before it is stored.
package struct TemplateValidation: Sendable, Equatable {
    /// Refused fields and broken limits.
    package let errors: [FieldProblem]
    /// What the compile step would warn of, and what would stand against sending.
    package let warnings: [CompileIssue]
    package let metrics: CompileMetrics
    /// The mail with sample data; nil when the template does not compile.
    package let preview: RenderedPreview?

    package var isValid: Bool { errors.isEmpty }
}

/// Checks templates by their rules and by compiling them.
package struct TemplateValidator: Sendable {
    private let pipeline: CompilePipeline
    private let renderer: PreviewRenderer
    private let time: any TimeSource

    /// - Parameter publicBase: the public address of the API, `https://comm.example.com`.
    package init(pipeline: CompilePipeline, publicBase: String, time: any TimeSource) throws {
        self.pipeline = pipeline
        self.time = time
        renderer = try PreviewRenderer(publicBase: publicBase)
    }

    /// Checks a draft; every problem is in the answer, nothing is thrown for it.
    ///
    /// - Parameter sample: values by the names of merge tags, for the preview.
    package func validate(_ draft: TemplateDraft, sample: [String: String] = [:]) throws -> TemplateValidation {
        let problems = TemplateRules.problems(of: draft)
        do {
            let compiled = try pipeline.compile(draft.source, options: CompileOptions(campaignID: Self.noCampaign, trackLinks: false))
            var values = PreviewRenderer.demoValues
            for (name, value) in sample { values[PreviewRenderer.field(named: name)] = value }
            let preview = problems.isEmpty ? try renderer.render(compiled.program, values: values, at: time.now) : nil
            return TemplateValidation(
                errors: problems,
                warnings: compiled.report.warnings + compiled.report.blockers,
                metrics: compiled.report.metrics,
                preview: preview
            )
        } catch let error as RenderError {
            let problem = FieldProblem(
                field: "sample",
                code: error.code.rawValue,
                message: "The mail cannot be written with it: \(error.message)"
            )
            return TemplateValidation(errors: problems + [problem], warnings: [], metrics: CompileMetrics(), preview: nil)
        } catch let error as CompileError {
            return TemplateValidation(
                errors: problems
                    + error.issues.map(FieldProblem.init(issue:)).filter { issue in
                        !problems.contains { $0.field == issue.field }
                    },
                warnings: error.report.warnings,
                metrics: error.report.metrics,
                preview: nil
            )
        }
    }

    private static let noCampaign = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}

extension TemplateDraft {
    fileprivate var source: TemplateSource {
        TemplateSource(
            subject: subject ?? "",
            html: type == TemplateType.text.rawValue ? nil : bodyHTML,
            text: bodyText
        )
    }
}
