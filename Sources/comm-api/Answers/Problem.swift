import CommCore
import HTTPTypes
import Hummingbird

/// An error as clients see it (RFC 9457), with the members that clients of the contract read: `success` and `error`.
struct Problem: Error, Sendable {
    let status: HTTPResponse.Status
    /// A stable word for programs.
    let code: String
    let detail: String
    var errors: [FieldProblem] = []
    /// Further members that the contract gives to this problem.
    var members: [String: JSONValue] = [:]
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, code: String, _ detail: String, errors: [FieldProblem] = []) {
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
    }

    /// The problem document.
    ///
    /// - Parameter instance: path of the request that met it.
    func response(instance: String, requestID: String) throws -> Response {
        let document = Document(
            type: "urn:communications-block:problem:\(code)",
            title: status.reasonPhrase,
            status: status.code,
            detail: detail,
            instance: instance,
            success: false,
            code: code,
            error: detail,
            errors: errors.isEmpty ? nil : errors.map(Document.Field.init),
            requestID: requestID
        )
        var response = try Response.json(
            Merged(document: document, members: members),
            status: status,
            contentType: "application/problem+json; charset=utf-8"
        )
        response.headers[.cacheControl] = "no-store"
        response.headers.append(contentsOf: headers)
        return response
    }

    private struct Merged: Encodable {
        let document: Document
        let members: [String: JSONValue]

        func encode(to encoder: any Encoder) throws {
            try document.encode(to: encoder)
            try members.encode(to: encoder)
        }
    }

    private struct Document: Encodable {
        struct Field: Encodable {
            let field: String
            let pointer: String
            let code: String
            let detail: String

            init(_ problem: FieldProblem) {
                field = problem.field
                pointer = JSONPath.pointer(of: problem.field)
                code = problem.code
                detail = problem.message
            }
        }

        let type: String
        let title: String
        let status: Int
        let detail: String
        let instance: String
        let success: Bool
        let code: String
        let error: String
        let errors: [Field]?
        let requestID: String
    }
}
