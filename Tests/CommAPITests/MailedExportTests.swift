import CommTesting
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing

@testable import comm_api

/// The platform's backend that mails files to people.
private final class MailBackend: Sendable {
    struct Mail {
        let authorization: String?
        let body: Data
    }

    private let taken = Mutex<[Mail]>([])
    private let status: HTTPResponse.Status

    init(answering status: HTTPResponse.Status = .ok) {
        self.status = status
    }

    var mails: [Mail] { taken.withLock { $0 } }

    /// Runs the body while the backend listens.
    func run(_ body: @Sendable @escaping (String) async throws -> Void) async throws {
        let router = Router()
        router.post("/api/internal/system-email") { request, _ in
            let buffer = try await request.body.collect(upTo: 1_000_000)
            let mail = Mail(authorization: request.headers[.authorization], body: Data(buffer.readableBytesView))
            self.taken.withLock { $0.append(mail) }
            return Response(status: self.status)
        }
        try await Application(router: router).test(.live) { client in
            try await body("http://127.0.0.1:\(try #require(client.port))")
        }
    }
}

@Suite("A person's data by mail", .database)
struct MailedExportTests {
    @Test("the backend gets the file and whom it is for; the audit log says that it was mailed")
    func mailed() async throws {
        let backend = MailBackend()
        try await backend.run { base in
            try await withAPI(settings: ["BACKEND_API_URL": base]) { client in
                _ = try await client.makeContact("ann@ex.test")
                for format in ["json", "csv"] {
                    let reply = try await client.send(.get, "/api/gdpr/export?email=ANN@ex.test&format=\(format)")
                    #expect(reply.status == 200 && reply.string("data.email") == "ann@ex.test", "\(reply.text)")
                    #expect(reply.string("data.format") == format && reply.string("data.queued_at") != nil)
                    let mail = try #require(backend.mails.last)
                    #expect(mail.authorization == "Bearer \(APIClient.internalToken)")
                    let body = try #require(try JSONSerialization.jsonObject(with: mail.body) as? [String: Any])
                    #expect(body["emailType"] as? String == "custom_admin" && body["to"] as? String == "ann@ex.test")
                    #expect(body["attachment_filename"] as? String == reply.string("data.filename"))
                    #expect((body["attachment_content_type"] as? String)?.contains(format) == true)
                    let variables = body["templateVariables"] as? [String: String] ?? [:]
                    #expect(variables["custom_subject"]?.isEmpty == false && variables["custom_message"]?.isEmpty == false)
                    let content = try #require((body["attachment_content"] as? String).flatMap { Data(base64Encoded: $0) })
                    #expect(String(decoding: content, as: UTF8.self).contains("ann@ex.test"))
                }
                let log = try await client.send(.get, "/api/audit?event_type=gdpr_export")
                #expect(log.text.contains(#""delivery":"mail""#), "\(log.text)")
                // The file itself is still to be had.
                let file = try await client.send(.get, "/api/gdpr/export?email=ann@ex.test&delivery=download")
                #expect(file.text.contains("ann@ex.test") && backend.mails.count == 2)
            }
        }
    }

    @Test("a backend that refuses is told as such, and nothing is noted as mailed")
    func refused() async throws {
        let backend = MailBackend(answering: .internalServerError)
        try await backend.run { base in
            try await withAPI(settings: ["BACKEND_API_URL": base]) { client in
                _ = try await client.makeContact("ann@ex.test")
                let reply = try await client.send(.get, "/api/gdpr/export?email=ann@ex.test")
                reply.expectProblem(503, code: "mail_unavailable")
                #expect(reply.headers[.retryAfter] != nil)
                #expect(!(try await client.send(.get, "/api/audit?event_type=gdpr_export").text.contains(#""delivery":"mail""#)))
            }
        }
    }
}
