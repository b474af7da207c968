import FoundationEssentials

/// An error as AWS tells it: the code in a header field or in the body, which may be JSON or XML.
struct SESError {
    let code: String
    let message: String

    var reason: String {
        ProviderText.clean(message.isEmpty ? code : "\(code): \(message)")
    }

    init(_ answer: ProviderAnswer) {
        let body = answer.json(Body.self)
        let told = answer.headers["x-amzn-errortype"] ?? body?.code ?? body?.type ?? Self.element("Code", in: answer.body) ?? ""
        // `Code:uri` in the header field, `namespace#Code` in the body.
        let short = told.split(separator: ":").first?.split(separator: "#").last ?? ""
        code = short.isEmpty ? "answered \(answer.status)" : String(short.prefix(100))
        message = body?.message ?? body?.capitalMessage ?? Self.element("Message", in: answer.body) ?? ""
    }

    /// - Returns: nil for a code that means nothing of its own.
    func verdict(status: Int, sender: String) -> ProviderVerdict? {
        let text = message.lowercased()
        if text.contains("daily message quota") { return away(.quota) }
        if text.contains("signature expired") || text.contains("not yet current") { return .corrected(reason: "does not accept our clock") }
        switch code {
        case "LimitExceededException": return away(.quota)
        case "TooManyRequestsException", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
            "RequestThrottled":
            return away(.throttled)
        case "RequestExpired": return .corrected(reason: "does not accept our clock")
        case "AccountSuspendedException", "SendingPausedException", "NotFoundException", "SignatureDoesNotMatch",
            "InvalidSignatureException", "UnrecognizedClientException", "InvalidClientTokenId", "AccessDeniedException",
            "MissingAuthenticationToken", "MissingAuthenticationTokenException", "ExpiredTokenException", "ExpiredToken":
            return away(.configuration)
        case "MailFromDomainNotVerifiedException": return .senderRefused(reason: reason)
        case "MessageRejected": return rejected(text, sender: sender)
        case "BadRequestException": return .refused(.request, reason: reason)
        default: return status == 413 ? .refused(.size, reason: reason) : nil
        }
    }

    private func away(_ kind: GatewayOutage.Kind) -> ProviderVerdict {
        .away(GatewayOutage(kind: kind, reason: reason))
    }

    /// The one code for an address or domain that is not verified, be it the sender's or, in the sandbox, the recipient's, and for
    /// content that SES does not send.
    private func rejected(_ text: String, sender: String) -> ProviderVerdict {
        guard text.contains("not verified") || text.contains("not have authority to send") else {
            return .refused(text.contains("too many recipients") ? .request : .content, reason: reason)
        }
        // The text names the identities that failed, if it names any.
        let namesSomebodyElse = text.contains("@") && !text.contains(sender.lowercased())
        return namesSomebodyElse ? .refused(.request, reason: reason) : .senderRefused(reason: reason)
    }

    private struct Body: Decodable {
        let code: String?
        let type: String?
        let message: String?
        let capitalMessage: String?

        enum CodingKeys: String, CodingKey {
            case code, message
            case type = "__type"
            case capitalMessage = "Message"
        }
    }

    /// The text of the first element of that name.
    private static func element(_ name: String, in body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(4096), as: UTF8.self)
        guard let open = text.firstRange(of: "<\(name)>"), let close = text[open.upperBound...].firstRange(of: "</\(name)>") else {
            return nil
        }
        return String(text[open.upperBound..<close.lowerBound])
    }
}
