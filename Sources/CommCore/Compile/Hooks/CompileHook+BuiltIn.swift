import Metrics

extension CompileHook {
    /// The product's own hooks, in the order in which they run.
    package static let builtIn = [security, metrics, links]

    /// How much there is to check, and what the checks of the compile step found.
    static let security = CompileHook(
        name: "security-validation",
        before: { source, options in
            Outcome(values: ["html_bytes": size(source.html), "text_bytes": size(source.text), "bytes_limit": options.limits.bytes])
        },
        after: { compiled in
            Outcome(values: ["warnings": compiled.report.warnings.count, "blockers": compiled.report.blockers.count])
        }
    )

    /// The sizes of a mail, for the artifact and for the operator's monitoring.
    static let metrics = CompileHook(
        name: "metrics-emit",
        before: { source, _ in Outcome(values: ["subject_characters": source.subject.count]) },
        after: { compiled in
            let metrics = compiled.report.metrics
            Counter(label: "comm_compiles_total").increment()
            Counter(label: "comm_compiled_html_bytes_total").increment(by: metrics.compiledHTMLSize)
            return Outcome(values: [
                "html_bytes": metrics.htmlSize, "compiled_html_bytes": metrics.compiledHTMLSize, "elements": metrics.nodeCount,
                "images": metrics.imageCount, "text_characters": metrics.textLength,
            ])
        }
    )

    /// How many links are tracked, and why others are not.
    static let links = CompileHook(
        name: "link-processing",
        after: { compiled in
            var values = ["links": compiled.report.links.count, "tracked": 0, "with_campaign_parameters": 0]
            for link in compiled.report.links {
                if link.tracked { values["tracked", default: 0] += 1 }
                if !link.utmApplied.isEmpty { values["with_campaign_parameters", default: 0] += 1 }
                if let reason = link.reason { values["untracked_\(reason.rawValue)", default: 0] += 1 }
            }
            return Outcome(values: values)
        }
    )

    private static func size(_ body: String?) -> Int { body?.utf8.count ?? 0 }
}
