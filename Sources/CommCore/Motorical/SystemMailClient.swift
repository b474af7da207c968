import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Lets the platform's backend mail a file to a person (`POST /api/internal/system-email`).
package struct SystemMailClient: Sendable {
    /// What is mailed.
    package struct Mail: Sendable {
        package let to: String
        package let subject: String
        package let message: String
        package let fileName: String
        package let contentType: String
        package let content: [UInt8]

        package init(to: String, subject: String, message: String, fileName: String, contentType: String, content: [UInt8]) {
            self.to = to
            self.subject = subject
            self.message = message
            self.fileName = fileName
            self.contentType = contentType
            self.content = content
        }
    }

    private struct Body: Encodable {
        struct Variables: Encodable {
            let subject: String
            let message: String

            enum CodingKeys: String, CodingKey {
                case subject = "custom_subject"
                case message = "custom_message"
            }
        }

        let emailType = "custom_admin"
        let to: String
        let templateVariables: Variables
        let fileName: String
        let content: String
        let contentType: String

        enum CodingKeys: String, CodingKey {
            case emailType, to, templateVariables
            case fileName = "attachment_filename"
            case content = "attachment_content"
            case contentType = "attachment_content_type"
        }
    }

    private static let timeout: TimeAmount = .seconds(15)

    private let client: HTTPClient
    private let base: String
    private let token: String

    /// - Parameters:
    ///   - base: `BACKEND_API_URL`, without a slash at its end.
    ///   - token: the internal token.
    package init(client: HTTPClient, base: String, token: String) {
        self.client = client
        self.base = base
        self.token = token
    }

    /// With the process's own HTTP client.
    package init(base: String, token: String) {
        self.init(client: .shared, base: base, token: token)
    }

    /// Hands the mail over.
    ///
    /// - Throws: ``PlatformError`` when the backend answers anything but success.
    package func send(_ mail: Mail) async throws {
        let body = Body(
            to: mail.to,
            templateVariables: Body.Variables(subject: mail.subject, message: mail.message),
            fileName: mail.fileName,
            content: Data(mail.content).base64EncodedString(),
            contentType: mail.contentType
        )
        var request = HTTPClientRequest(url: "\(base)/api/internal/system-email")
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(try JSONEncoder().encode(body))
        let response = try await client.execute(request, timeout: Self.timeout)
        guard (200..<300).contains(response.status.code) else { throw PlatformError(status: Int(response.status.code)) }
    }
}
