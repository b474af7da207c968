/// Renders one artifact for its recipients.
///
/// Prepared once; for each recipient it signs the links and copies bytes.
package struct MessageRenderer: Sendable {
    /// A larger body is an error of that recipient (bytes, as mailed; its JSON form may be somewhat larger).
    package static let largestBody = 10 << 20

    /// The contact's fields in the order in which values are given; see `RenderProgram.fields`.
    package let fields: [String]
    /// Whether the mail has an HTML part.
    package let hasHTML: Bool

    private let subject: [PreparedSegment]
    private let html: [PreparedSegment]
    private let text: [PreparedSegment]
    private let links: [PreparedLink]
    /// Links that are signed where they are written.
    private let late: Set<Int>
    private let logic: LogicContext
    private let hasPixel: Bool
    private let hasWebVersionLink: Bool
    private let hasPreferencesLink: Bool
    private let bases: LinkBases
    private let key: LinkTokenKey

    /// Prepares a program.
    ///
    /// - Throws: `RenderError` when the program is not whole or a fixed link is no web URL.
    package init(program: RenderProgram, bases: LinkBases, signer: LinkTokenSigner) throws(RenderError) {
        let bases = try bases.tracking(by: program.trackingBase)
        self.fields = program.fields
        self.hasHTML = program.html != nil
        let late = Self.late(program)
        self.late = late
        self.subject = try PreparedSegment.prepare(program.subject, in: program, late: late)
        self.html = try PreparedSegment.prepare(program.html ?? [], in: program, late: late)
        self.text = try PreparedSegment.prepare(program.text, in: program, late: late)
        var links: [PreparedLink] = []
        for link in program.links { links.append(try PreparedLink(link, in: program)) }
        self.links = links
        self.logic = LogicContext(
            links: links,
            clickBase: bases.click,
            languageField: program.fields.firstIndex(of: RenderProgram.languageField),
            language: program.language ?? "en"
        )
        self.hasPixel = program.html?.holds { $0 == .openPixelURL } ?? false
        self.hasWebVersionLink = ((program.html ?? []) + program.text).holds(\.isWebVersionURL)
        self.hasPreferencesLink = ((program.html ?? []) + program.text).holds(\.isPreferencesURL)
        self.bases = bases
        self.key = signer.key
    }

    /// Takes over a recipient's values and signs the mail's links, each once.
    ///
    /// - Throws: `RenderError` that concerns this recipient only; the message must then not be written out.
    package func bind(_ recipient: RecipientValues, to message: inout BoundMessage) throws(RenderError) {
        guard recipient.values.count == fields.count else {
            throw RenderError(.valueCount, "\(recipient.values.count) values for \(fields.count) fields")
        }
        message.values.removeAll(keepingCapacity: true)
        for value in recipient.values { message.values.append(value.map { Array($0.utf8) } ?? []) }
        append(.unsubscribe, bases.unsubscribe, recipient, to: &message.unsubscribeURL)
        if hasPixel { append(.open, bases.open, recipient, to: &message.openPixelURL) }
        if hasWebVersionLink { append(.view, bases.view, recipient, to: &message.webVersionURL) }
        if hasPreferencesLink { append(.preferences, bases.preferences, recipient, to: &message.preferencesURL) }
        try signLinks(recipient, &message)
    }

    /// Appends a part of a bound message.
    ///
    /// - Throws: `RenderError` with `bodyTooLarge`; the output then holds a part of the message.
    package func append(
        _ part: MessagePart,
        of message: BoundMessage,
        as form: MessageForm = .plain,
        to output: inout [UInt8]
    ) throws(RenderError) {
        let segments =
            switch part {
            case .subject: subject
            case .html: html
            case .text: text
            }
        let limit = output.count + (form == .json ? 2 * Self.largestBody : Self.largestBody)
        var state = LogicState(limit: limit, logic)
        try PreparedLogic.append(segments, message, json: form == .json, &state, to: &output)
    }

    /// The whole mail of one recipient.
    package func render(_ recipient: RecipientValues) throws(RenderError) -> RenderedContent {
        var message = BoundMessage()
        try bind(recipient, to: &message)
        return RenderedContent(
            subject: try bytes(.subject, message),
            html: hasHTML ? try bytes(.html, message) : nil,
            text: try bytes(.text, message),
            unsubscribeURL: message.unsubscribeURL
        )
    }

    private func bytes(_ part: MessagePart, _ message: BoundMessage) throws(RenderError) -> [UInt8] {
        var bytes: [UInt8] = []
        try append(part, of: message, to: &bytes)
        return bytes
    }

    private func append(_ purpose: LinkTokenPurpose, _ base: [UInt8], _ recipient: RecipientValues, to address: inout [UInt8]) {
        address.removeAll(keepingCapacity: true)
        address.append(contentsOf: base)
        beginning(purpose, recipient).appendToken(ending: .none, to: &address)
    }

    private func signLinks(_ recipient: RecipientValues, _ message: inout BoundMessage) throws(RenderError) {
        message.links.removeAll(keepingCapacity: true)
        message.linkEnds.removeAll(keepingCapacity: true)
        guard !links.isEmpty else { return }
        let beginning = beginning(.click, recipient)
        message.clicks = late.isEmpty ? nil : beginning
        var state = LogicState(limit: Self.largestBody, logic)
        for (place, link) in links.enumerated() {
            if late.isEmpty || !late.contains(place) {
                let ending = try link.ending(for: message, &state)
                message.links.append(contentsOf: bases.click)
                beginning.appendToken(ending: ending, to: &message.links)
            }
            message.linkEnds.append(message.links.count)
        }
    }

    /// Personal links that stand in blocks only: their target may have no sense for a recipient who does not get them.
    private static func late(_ program: RenderProgram) -> Set<Int> {
        let certain = Set(
            ((program.html ?? []) + program.text + program.subject).compactMap { segment in
                if case .trackedLink(let place) = segment { place } else { nil }
            }
        )
        return Set(program.links.indices.filter { !certain.contains($0) && PreparedLink.isPersonal(program.links[$0]) })
    }

    private func beginning(_ purpose: LinkTokenPurpose, _ recipient: RecipientValues) -> LinkTokenBeginning {
        LinkTokenBeginning(purpose: purpose, subject: recipient.subject, issuedAt: recipient.issuedAt, key: key)
    }
}
