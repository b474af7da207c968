import CommCore
import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// The body of a bulk request, read while it arrives: what all messages share, and the recipients.
struct BulkMessageBody {
    let draft: MessageDraft
    let recipients: [MessageRecipientDraft]
    let digest: SHA256Digest

    /// - Throws: `Problem` that names the field.
    init(_ request: Request, limit: Int) async throws {
        try request.requireJSON()
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Problem.tooLarge(limit: limit) }
        var reader = StreamedArrayReader(
            member: "recipients",
            largestElement: MessageLimits.variableBytes,
            largestRest: MessageIntakeController.messageLimit
        )
        var hash = SHA256()
        var size = 0
        var recipients: [MessageRecipientDraft] = []
        do {
            for try await buffer in request.body {
                size += buffer.readableBytes
                guard size <= limit else { throw Problem.tooLarge(limit: limit) }
                hash.update(data: Array(buffer.readableBytesView))
                try reader.read(buffer.readableBytesView) { bytes in
                    guard recipients.count < MessageLimits.recipients else {
                        throw Problem.invalid(
                            "recipients",
                            "recipients has more than \(MessageLimits.recipients) elements",
                            code: "too_many"
                        )
                    }
                    recipients.append(try Self.recipient(bytes, at: recipients.count))
                }
            }
        } catch let failure as StreamedArrayReader.Failure {
            throw Self.problem(failure)
        }
        // A request without a body is an empty object, as everywhere.
        guard reader.isComplete || size == 0 else { throw Self.problem(reader.incomplete) }
        let rest = size == 0 ? Array("{}".utf8) : reader.rest
        let shared: MessageIntakeController.SharedRequest = try Request.fields(of: rest)
        guard reader.hasElements else { throw Problem.invalid([.required("recipients")]) }
        draft = shared.draft
        self.recipients = recipients
        digest = hash.finalize()
    }

    private static func recipient(_ bytes: [UInt8], at index: Int) throws -> MessageRecipientDraft {
        let field = "recipients[\(index)]"
        do {
            switch try JSONParser.parse(bytes) {
            case .string(let address): return MessageRecipientDraft(address: address)
            case .object(let members):
                var fields = JSONFields(members)
                let request = MessageIntakeController.RecipientRequest(&fields)
                fields.finish()
                guard let first = fields.problems.first else { return request.recipient }
                throw Problem.invalid("\(field).\(first.field)", "\(field).\(first.message)", code: first.code)
            default: throw Problem.invalid(field, "\(field) must be an address or an object", code: "wrong_type")
            }
        } catch is JSONSyntaxError {
            throw Problem.invalid(field, "\(field) is no valid JSON", code: "syntax")
        }
    }

    private static func problem(_ failure: StreamedArrayReader.Failure) -> Problem {
        switch failure {
        case .syntax(let line, let column):
            Problem(.badRequest, code: "invalid_json", "The body is not acceptable JSON at line \(line), column \(column)")
        case .elementTooLarge(let index):
            Problem.invalid(
                "recipients[\(index)]",
                "recipients[\(index)] is larger than \(MessageLimits.variableBytes) bytes",
                code: "too_large"
            )
        case .restTooLarge: Problem.tooLarge(limit: MessageIntakeController.messageLimit)
        }
    }
}
