import CommCore
import Testing

@Suite("Idempotency key")
struct IdempotencyKeyTests {
    @Test(
        "it is taken bare or in quotes",
        arguments: ["8e03978e-40d5-43dd-bc93-6894a57f9324", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\""]
    )
    func quotes(header: String) {
        #expect(IdempotencyKey(header: header)?.text == "8e03978e-40d5-43dd-bc93-6894a57f9324")
    }

    @Test("it is 1 to 255 visible ASCII characters", arguments: ["", "\"\"", "a b", "ä", "a\u{7F}", String(repeating: "x", count: 256)])
    func refused(header: String) {
        #expect(IdempotencyKey(header: header) == nil)
        #expect(IdempotencyKey(header: String(repeating: "x", count: 255)) != nil)
    }

    @Test("the fingerprint is that of the published vector")
    func vector() {
        let body = Array(#"{"to":"a@example.org","template":"t1"}"#.utf8)
        let fingerprint = IdempotencyFingerprint.of(method: "POST", path: "/v1/messages", body: body)
        let hex = fingerprint.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == "5746d846327383025d67b61b7cc68ca77102de2115a625dee951b7c2fd1c541d")
    }

    @Test("method, path and body all count")
    func parts() {
        let one = IdempotencyFingerprint.of(method: "POST", path: "/a", body: [1])
        #expect(IdempotencyFingerprint.of(method: "PUT", path: "/a", body: [1]) != one)
        #expect(IdempotencyFingerprint.of(method: "POST", path: "/b", body: [1]) != one)
        #expect(IdempotencyFingerprint.of(method: "POST", path: "/a", body: [2]) != one)
    }
}
