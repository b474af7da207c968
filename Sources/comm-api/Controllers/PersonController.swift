import CommCore
import FoundationEssentials
import Hummingbird
import NIOCore
import Synchronization

/// What the law gives a person: a copy of everything, and to be forgotten.
struct PersonController: Sendable {
    private enum Delivery: String, CaseIterable {
        case mail, download
    }

    private struct EraseRequest: RequestFields {
        let person: PersonAddress
        let confirm: String?

        init(_ fields: inout JSONFields) {
            person = PersonAddress(
                email: fields.string("email"),
                phone: fields.string("phone"),
                pushToken: fields.string("push_token")
            )
            confirm = fields.string("confirm")
        }
    }

    private struct MailedWire: Encodable {
        let email: String
        let format: String
        let filename: String
        let queuedAt: Date
    }

    private struct ErasureWire: Encodable {
        let id: UUID
        let state: String
        let mark: String
        let requestedBy: String
        let requestedAt: Date
        @OrNull var finishedAt: Date?
        let erased: [String: Int]

        init(_ erasure: Erasure) {
            (id, state, mark) = (erasure.id, erasure.state.rawValue, erasure.mark)
            (requestedBy, requestedAt, erased) = (erasure.requestedBy, erasure.requestedAt, erasure.erased)
            _finishedAt = OrNull(wrappedValue: erasure.finishedAt)
        }
    }

    /// The most that is mailed; a larger export is a download.
    private static let largestMail = 15_000_000

    let exports: PersonExport
    let erasures: ErasureRepository
    /// nil when the platform's backend is not configured: then every export is a download.
    let mail: SystemMailClient?
    let time: any TimeSource
    let bodyLimit: Int

    /// Mails the copy to the person, or gives it at once.
    func export(_ request: Request, context: TenantContext) async throws -> Response {
        let (person, format, delivery) = try request.query { query in
            (query.person(), query.choice("format", PersonExport.Format.self) ?? .json, query.choice("delivery", Delivery.self))
        }
        let subject = try await exports.find(tenantID: context.tenantID, person)
        let fileName = "personal-data-\(ISO8601.string(from: time.now).prefix(10)).\(format.rawValue)"
        // Whoever is known without a mail address gets it from the tenant.
        if subject.email == nil, delivery == .mail {
            throw Problem(.conflict, code: "no_address", "No mail address is known of this person; ask for a download")
        }
        guard delivery != .download, let mail, let email = subject.email else {
            guard delivery != .mail else {
                throw Problem(.conflict, code: "mail_not_configured", "Exports are not mailed here (BACKEND_API_URL); ask for a download")
            }
            return try await download(subject, format, fileName)
        }
        return try await send(subject, to: email, format, fileName, by: mail)
    }

    func erase(_ request: Request, context: TenantContext) async throws -> Response {
        let body: EraseRequest = try await request.fields(limit: bodyLimit)
        let erasure = try await erasures.request(
            tenantID: context.tenantID,
            body.person,
            confirm: body.confirm,
            requestedBy: context.caller.credential
        )
        var response = try Answer(ErasureWire(erasure), message: "Erasure requested; nothing is sent to the address any more").response()
        response.status = .accepted
        response.headers[.location] = "/api/gdpr/erasures/\(erasure.id.uuidString.lowercased())"
        return response
    }

    func getErasure(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(ErasureWire(try await erasures.get(tenantID: context.tenantID, id: try context.id())))
    }

    /// Newest first; `email`, `phone` or `push_token` asks for the certificates of one address.
    func listErasures(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (person, page) = try request.query { ($0.person(), $0.page()) }
        let found = try await erasures.list(tenantID: context.tenantID, of: person, page: page)
        return Page(items: found.map(ErasureWire.init), limit: page.limit, lastID: found.last?.id)
    }

    private func download(_ subject: PersonExport.Subject, _ format: PersonExport.Format, _ fileName: String) async throws -> Response {
        try await exports.note(subject, format: format, delivery: Delivery.download.rawValue)
        return Response.download(fileName: fileName, contentType: format.contentType) { [exports] write in
            try await exports.write(subject, format: format, write)
        }
    }

    private func send(
        _ subject: PersonExport.Subject,
        to email: String,
        _ format: PersonExport.Format,
        _ fileName: String,
        by mail: SystemMailClient
    ) async throws -> Response {
        let content = try await content(subject, format)
        do {
            try await mail.send(
                SystemMailClient.Mail(
                    to: email,
                    subject: "Your personal data",
                    message: "Attached is a copy of all personal data that is kept under this address.",
                    fileName: fileName,
                    contentType: format.contentType,
                    content: content
                )
            )
        } catch {
            throw Problem.unavailable("The export could not be handed over to be mailed", code: "mail_unavailable", retryAfter: 30)
        }
        try await exports.note(subject, format: format, delivery: Delivery.mail.rawValue)
        return try Answer(MailedWire(email: email, format: format.rawValue, filename: fileName, queuedAt: time.now)).response()
    }

    private func content(_ subject: PersonExport.Subject, _ format: PersonExport.Format) async throws -> [UInt8] {
        let bytes = Mutex<[UInt8]>([])
        try await exports.write(subject, format: format) { piece in
            try bytes.withLock { bytes in
                bytes += piece
                guard bytes.count <= Self.largestMail else {
                    throw Problem(.contentTooLarge, code: "too_large", "The export is too large to be mailed; ask for delivery=download")
                }
            }
        }
        return bytes.withLock { $0 }
    }
}

extension QueryFields {
    fileprivate mutating func person() -> PersonAddress {
        PersonAddress(email: string("email"), phone: string("phone"), pushToken: string("push_token"))
    }
}

extension PersonExport.Format {
    fileprivate var contentType: String {
        switch self {
        case .json: "application/json; charset=utf-8"
        case .csv: "text/csv; charset=utf-8"
        }
    }
}
