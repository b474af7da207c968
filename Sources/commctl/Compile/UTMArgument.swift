import ArgumentParser
import CommCore

/// A campaign parameter: `source=news` or `utm_source=news`.
struct UTMArgument: ExpressibleByArgument, Equatable {
    /// Which of the five.
    enum Parameter: String, CaseIterable {
        case source, medium, campaign, content, term

        var path: WritableKeyPath<UTMOptions, String?> {
            switch self {
            case .source: \.source
            case .medium: \.medium
            case .campaign: \.campaign
            case .content: \.content
            case .term: \.term
            }
        }
    }

    let parameter: Parameter
    let value: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "=") else { return nil }
        let name = argument[..<sign]
        guard let parameter = Parameter(rawValue: String(name.hasPrefix("utm_") ? name.dropFirst(4) : name)) else { return nil }
        let value = argument[argument.index(after: sign)...]
        guard !value.isEmpty else { return nil }
        self.parameter = parameter
        self.value = String(value)
    }
}
