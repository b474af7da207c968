import Testing

@testable import commctl

@Suite("Who an operator is in the audit log")
struct OperatorActorTests {
    @Test("the login, or who stands behind sudo")
    func actor() {
        #expect(OperatorSession.actor(environment: [:], login: "ann") == "commctl:ann")
        #expect(OperatorSession.actor(environment: ["SUDO_USER": "bob"], login: "root") == "commctl:bob")
        #expect(OperatorSession.actor(environment: ["SUDO_USER": ""], login: "root") == "commctl:root")
        #expect(OperatorSession.actor(environment: [:], login: "") == "commctl:unknown")
    }
}
