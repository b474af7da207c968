import CommTesting
import Crypto
import CryptoExtras
import Foundation
import Synchronization
import Testing

@testable import CommCore

/// Google's two routes, as strict as the contract: tokens for assertions that are right, and messages for tokens that were given.
final class FCMStub: Sendable {
    private struct State {
        var answers: [StubServer.Reaction] = []
        var refused: Set<String> = []
        var granted = 0
        var isDenying = false
    }

    let server: StubServer
    private let state: SharedState
    private let time: ManualTime

    private final class SharedState: Sendable {
        let value = Mutex(State())
    }

    /// - Parameter time: by which assertions are judged.
    static func start(time: ManualTime) async throws -> FCMStub {
        let state = SharedState()
        let server = try await StubServer.start { request in
            request.path == "/token" ? Self.grant(request, state, time) : Self.send(request, state)
        }
        return FCMStub(server: server, state: state, time: time)
    }

    private init(server: StubServer, state: SharedState, time: ManualTime) {
        (self.server, self.state, self.time) = (server, state, time)
    }

    /// How often a token was given.
    var granted: Int { state.value.withLock { $0.granted } }

    /// What the next messages are answered; those after them are accepted.
    func answer(_ reactions: StubServer.Reaction...) {
        state.value.withLock { $0.answers = reactions }
    }

    /// From now on the tokens that were given count no more.
    func revoke() {
        state.value.withLock { state in
            for number in 0..<state.granted { state.refused.insert("Bearer ya29.\(number)") }
        }
    }

    /// From now on no tokens are given.
    func deny() {
        state.value.withLock { $0.isDenying = true }
    }

    static func error(_ status: Int, _ word: String, code: String? = nil, message: String = "x", bad: Bool = false) -> StubServer.Reaction {
        var details: [String] = []
        if let code { details.append(#"{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"\#(code)"}"#) }
        if bad {
            details.append(#"{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"f","description":"d"}]}"#)
        }
        return .answer(
            status,
            #"{"error":{"code":\#(status),"message":"\#(message)","status":"\#(word)","details":[\#(details.joined(separator: ","))]}}"#
        )
    }

    private static func grant(_ request: StubServer.Request, _ state: SharedState, _ time: ManualTime) -> StubServer.Reaction {
        state.value.withLock { state in
            guard !state.isDenying, request.method == "POST", request.headers["content-type"] == "application/x-www-form-urlencoded",
                let fields = FormText.decode(request.body), fields.map(\.name) == ["grant_type", "assertion"],
                fields[0].value == "urn:ietf:params:oauth:grant-type:jwt-bearer", isValid(fields[1].value, at: time.now, host: request)
            else { return .answer(400, #"{"error":"invalid_grant","error_description":"no"}"#) }
            state.granted += 1
            return .answer(200, #"{"access_token":"ya29.\#(state.granted - 1)","expires_in":3599,"token_type":"Bearer"}"#)
        }
    }

    private static func isValid(_ assertion: String, at now: Date, host: StubServer.Request) -> Bool {
        let parts = assertion.split(separator: ".").map(String.init)
        guard parts.count == 3, let signature = Base64URL.decode(Array(parts[2].utf8)), let body = Base64URL.decode(Array(parts[1].utf8)),
            let claims = try? JSONDecoder().decode(Claims.self, from: Data(body)),
            let der = Data(base64Encoded: ProviderVectors.rsaPrivateKey), let key = try? _RSA.Signing.PrivateKey(derRepresentation: der)
        else { return false }
        let hash = SHA256.hash(data: Array("\(parts[0]).\(parts[1])".utf8))
        let isSigned = key.publicKey.isValidSignature(.init(rawRepresentation: signature), for: hash, padding: .insecurePKCS1v1_5)
        let isTimely = abs(TimeInterval(claims.iat) - now.timeIntervalSince1970) < 300 && claims.exp - claims.iat <= 3600
        return isSigned && isTimely && claims.scope == FCMAccessToken.scope && claims.aud == "http://\(host.headers["host"] ?? "")/token"
    }

    private static func send(_ request: StubServer.Request, _ state: SharedState) -> StubServer.Reaction {
        state.value.withLock { state in
            guard request.method == "POST", request.path == "/v1/projects/demo-project/messages:send" else {
                return error(404, "NOT_FOUND")
            }
            let bearer = request.headers["authorization"] ?? ""
            guard bearer.hasPrefix("Bearer ya29."), !state.refused.contains(bearer) else { return error(401, "UNAUTHENTICATED") }
            guard request.headers["content-type"] == "application/json", (try? PushCheck.violations(request.body)) == [] else {
                return error(400, "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", bad: true)
            }
            return state.answers.isEmpty ? .answer(200, GatewayFixture.acceptance("fcm")) : state.answers.removeFirst()
        }
    }

    private struct Claims: Decodable {
        let scope: String
        let aud: String
        let iat: Int
        let exp: Int
    }
}

/// What FCM's discovery document has of a message.
enum PushCheck {
    static func violations(_ body: [UInt8]) throws -> [String] {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
        let message = try #require(object["message"] as? [String: Any])
        var found: [String] = []
        if object.count != 1 { found.append("something beside the message") }
        let known: Set = ["token", "notification", "data", "android", "apns", "webpush"]
        if !known.isSuperset(of: message.keys) { found.append("unknown member") }
        if (message["token"] as? String)?.isEmpty != false { found.append("no token") }
        let data = message["data"] as? [String: String]
        if data == nil { found.append("data are no texts") }
        if data?.keys.contains(where: { ["from", "message_type"].contains($0) || $0.hasPrefix("google.") }) == true {
            found.append("reserved")
        }
        let android = message["android"] as? [String: Any] ?? [:]
        if !Set(["collapse_key", "priority", "ttl", "notification"]).isSuperset(of: android.keys) { found.append("android") }
        if !["HIGH", "NORMAL"].contains(android["priority"] as? String ?? "") { found.append("android.priority") }
        if let ttl = android["ttl"] as? String, !ttl.hasSuffix("s") || Int(ttl.dropLast()).map({ (0...2_419_200).contains($0) }) != true {
            found.append("android.ttl")
        }
        let apns = (message["apns"] as? [String: Any])?["headers"] as? [String: String] ?? [:]
        if !["5", "10"].contains(apns["apns-priority"] ?? "") || (apns["apns-collapse-id"] ?? "").utf8.count > 64 { found.append("apns") }
        let web = (message["webpush"] as? [String: Any])?["headers"] as? [String: String] ?? [:]
        if (web["Topic"] ?? "").utf8.count > 32 { found.append("webpush") }
        return found
    }
}
