import FoundationEssentials

/// Writes a click or an open as the inbox takes it, byte by byte: this is done for every redirect.
///
/// ``TrackingSource/Click`` reads it.
package struct TrackingPayload: Sendable {
    package let kind: TrackingHit.Kind
    package let subject: LinkTokenSubject
    /// Nil for an open.
    package let link: LinkToken.Link?
    package let signals: TrackingSignals
    package let occurredAt: Date
    package let eventID: UUID

    package init(
        kind: TrackingHit.Kind,
        subject: LinkTokenSubject,
        link: LinkToken.Link?,
        signals: TrackingSignals,
        occurredAt: Date,
        eventID: UUID
    ) {
        self.kind = kind
        self.subject = subject
        self.link = link
        self.signals = signals
        self.occurredAt = occurredAt
        self.eventID = eventID
    }

    /// The longest user agent that is kept (characters).
    private static let longestAgent = 500

    /// A JSON object.
    package func bytes() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(384 + (link?.url.utf8.count ?? 0) + (signals.userAgent?.utf8.count ?? 0))
        Self.append(kind == .clicked ? #"{"type":"clicked","tenant_id":""# : #"{"type":"opened","tenant_id":""#, to: &output)
        Self.append(subject.tenantID, to: &output)
        Self.append(#"","campaign_id":""#, to: &output)
        Self.append(subject.campaignID, to: &output)
        Self.append(#"","contact_id":""#, to: &output)
        Self.append(subject.contactID, to: &output)
        Self.append(#"","message_id":""#, to: &output)
        Self.append(subject.messageID, to: &output)
        Self.append(#"","event_id":""#, to: &output)
        Self.append(eventID, to: &output)
        Self.append(#"","occurred_at":"#, to: &output)
        output.append(contentsOf: String(Int64((occurredAt.timeIntervalSince1970 * 1000).rounded())).utf8)
        if let link {
            Self.append(#","link_index":"#, to: &output)
            output.append(contentsOf: String(link.index).utf8)
            Self.append(#","url":""#, to: &output)
            Self.appendText(link.url, to: &output)
            output.append(UInt8(ascii: "\""))
        }
        appendSignals(to: &output)
        output.append(UInt8(ascii: "}"))
        return output
    }

    private func appendSignals(to output: inout [UInt8]) {
        if let agent = signals.userAgent {
            Self.append(#","user_agent":""#, to: &output)
            Self.appendText(agent.utf8.count > Self.longestAgent ? String(agent.prefix(Self.longestAgent)) : agent, to: &output)
            output.append(UInt8(ascii: "\""))
        }
        if let address = signals.ip {
            Self.append(#","ip":""#, to: &output)
            Self.appendText(address, to: &output)
            output.append(UInt8(ascii: "\""))
        }
        if let hasLanguage = signals.hasLanguage {
            Self.append(hasLanguage ? #","language":true"# : #","language":false"#, to: &output)
        }
        if signals.isHead { Self.append(#","head":true"#, to: &output) }
        if signals.isPrefetch { Self.append(#","prefetch":true"#, to: &output) }
        if signals.isUserActivated { Self.append(#","user_activated":true"#, to: &output) }
    }

    private static func append(_ text: StaticString, to output: inout [UInt8]) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Text as the inside of a JSON string; NUL, which `jsonb` cannot hold, is left out.
    private static func appendText(_ text: String, to output: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            for byte in bytes where byte != 0 { JSONText.append(byte, to: &output) }
        }
    }

    private static let digits: [UInt8] = Array("0123456789ABCDEF".utf8)

    private static func append(_ id: UUID, to output: inout [UInt8]) {
        withUnsafeBytes(of: id.uuid) { bytes in
            digits.withUnsafeBufferPointer { digits in
                for place in 0..<16 {
                    if place == 4 || place == 6 || place == 8 || place == 10 { output.append(UInt8(ascii: "-")) }
                    output.append(digits[Int(bytes[place] >> 4)])
                    output.append(digits[Int(bytes[place] & 15)])
                }
            }
        }
    }
}
