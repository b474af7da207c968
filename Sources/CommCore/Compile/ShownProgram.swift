import FoundationEssentials

/// Writes a program for people to look at.
struct ShownProgram {
    let program: RenderProgram
    let base: String
    let campaignID: UUID

    func text(_ segments: [Segment]) -> String {
        segments.map(text).joined()
    }

    private func text(_ segment: Segment) -> String {
        switch segment {
        case .literal(let text): text
        case .field(let place, let fallback, _): field(MergeSource.field(program.fields[place]), fallback)
        case .unsubscribeURL: "{{unsubscribe_url}}"
        case .webVersionURL: "{{web_version_url}}"
        case .preferencesURL: "{{preferences_url}}"
        case .trackedLink(let place): "\(base)/c/TRACK_TOKEN_\(campaignID.uuidString.lowercased())_\(program.links[place].index)"
        case .openPixelURL: "\(base)/o/TRACK_TOKEN_\(campaignID.uuidString.lowercased())"
        case .value(let source, let filters, _): MergeWriter.tag(source.key, filters: filters)
        case .condition(let branches, let otherwise): condition(branches, otherwise)
        case .loop(let source, let body, let otherwise):
            "{{#each \(source.key)}}\(text(body))\(otherwise.isEmpty ? "" : "{{else}}" + text(otherwise)){{/each}}"
        }
    }

    private func field(_ source: MergeSource, _ fallback: String) -> String {
        fallback.isEmpty ? "{{\(source.key)}}" : "{{\(source.key)|\(fallback)}}"
    }

    private func condition(_ branches: [Segment.Branch], _ otherwise: [Segment]) -> String {
        var shown = ""
        for (number, branch) in branches.enumerated() {
            shown += "{{\(number == 0 ? "#if" : "else if") \(branch.when)}}\(text(branch.then))"
        }
        if !otherwise.isEmpty { shown += "{{else}}" + text(otherwise) }
        return shown + "{{/if}}"
    }
}
