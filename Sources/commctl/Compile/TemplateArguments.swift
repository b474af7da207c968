import ArgumentParser
import CommCore
import Foundation

/// How a template is compiled, as said on the command line.
struct TemplateArguments: ParsableArguments {
    @Option(help: "The subject; may hold merge tags.")
    var subject = "(no subject)"

    @Option(help: "Shown by mail programs beside the subject; may hold merge tags.")
    var preheader: String?

    @Flag(name: .customLong("no-tracking"), help: "Let links lead straight to their targets.")
    var isUntracked = false

    @Flag(help: "Add the image that reports the opening of the mail.")
    var pixel = false

    @Option(
        help: ArgumentHelp(
            "A campaign parameter for links that have none of its name, such as source=news; repeatable. "
                + "Those not named take the defaults of campaigns.",
            valueName: "name=value"
        )
    )
    var utm: [UTMArgument] = []

    @Option(name: .customLong("max-bytes"), help: "Largest HTML, in bytes.")
    var bytes = CompileLimits().bytes

    @Option(name: .customLong("max-nodes"), help: "Most elements of the HTML.")
    var elements = CompileLimits().elements

    func validate() throws {
        if !(1...Self.largestLimit).contains(bytes) { throw ValidationError("--max-bytes is between 1 and \(Self.largestLimit)") }
        if !(1...Self.largestLimit).contains(elements) { throw ValidationError("--max-nodes is between 1 and \(Self.largestLimit)") }
    }

    private static let largestLimit = 100_000_000

    /// More than that is not read: its exact size does not matter any more.
    var readingLimit: Int { 4 * bytes }

    /// Why more than `readingLimit` is refused.
    var oversized: CompileIssue {
        CompileIssue(
            "html_size_exceeded",
            "There are more than \(readingLimit) bytes of html, \(bytes) are allowed",
            part: .html,
            limit: bytes
        )
    }

    /// The template with this HTML.
    func source(_ html: String) -> TemplateSource {
        TemplateSource(subject: subject, html: html, text: nil)
    }

    /// What the pipeline is told; the campaign is one that cannot be.
    var options: CompileOptions {
        var options = CompileOptions(
            campaignID: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
            utm: utmOptions,
            trackLinks: !isUntracked,
            preheader: preheader,
            openPixel: pixel
        )
        options.limits.bytes = bytes
        options.limits.elements = elements
        return options
    }

    private var utmOptions: UTMOptions {
        var options = UTMOptions(policy: utm.isEmpty ? .preserve : .append)
        for argument in utm { options[keyPath: argument.parameter.path] = argument.value }
        return options
    }
}
