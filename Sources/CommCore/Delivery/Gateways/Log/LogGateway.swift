import FoundationEssentials
import Logging

/// Writes what would go out to the log and sends nothing: for development, on every channel.
package struct LogGateway: Gateway {
    /// `log`, of other channels than email with the channel's name: a sender has one for each.
    package let name: String
    package let channel: Channel
    package let needsConfirmation = false

    private let showsContent: Bool
    private let logger: Logger

    /// - Parameter showsContent: whether subjects and texts are logged, too: only where no message is a real one.
    package init(channel: Channel, showsContent: Bool, logger: Logger) {
        self.channel = channel
        name = channel == .email ? "log" : "log_\(channel.rawValue)"
        self.showsContent = showsContent
        self.logger = logger
    }

    package func hasRoom() async throws -> Bool { true }

    package func hasLostMemory(now: Date) async throws -> Bool { false }

    package func states(of ids: [UUID], scope: HandoverScope) async throws -> [UUID: HandoverState] { [:] }

    package func handOver(_ batch: HandoverBatch) async throws -> [Disposition] {
        batch.messages.map { message in
            do {
                log(message, try batch.renderer.render(RecipientValues(message, of: batch.envelope)), of: batch)
                return .sent
            } catch {
                return .failed(reason: "\(error)")
            }
        }
    }

    private func log(_ message: OutgoingMessage, _ content: RenderedContent, of batch: HandoverBatch) {
        var metadata: Logger.Metadata = [
            "TENANT_ID": "\(batch.envelope.tenantID)", "MESSAGE_ID": "\(message.id)", "channel": "\(channel.rawValue)",
            "recipient": "\(ChannelAddress.masked(message.recipient))",
        ]
        if channel == .sms {
            let segments = SMSSegments(String(decoding: content.text, as: UTF8.self))
            metadata["segments"] = "\(segments.count) \(segments.encoding.rawValue)"
        }
        if showsContent {
            metadata["subject"] = "\(String(decoding: content.subject, as: UTF8.self))"
            metadata["text"] = "\(String(decoding: content.text.prefix(2_000), as: UTF8.self))"
        }
        logger.info("a message would go out", metadata: metadata)
    }
}
