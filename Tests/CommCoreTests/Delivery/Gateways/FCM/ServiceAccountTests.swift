import CommTesting
import Crypto
import Foundation
import Testing

@testable import CommCore

@Suite("Service accounts")
struct ServiceAccountTests {
    private static let moment = Date(timeIntervalSince1970: 1_767_225_600)

    @Test func `an account signs what the contract's vector has`() throws {
        let account = try ServiceAccount(json: ProviderVectors.serviceAccount())
        #expect(account.projectID == "demo-project")
        #expect(try account.assertion(scope: FCMAccessToken.scope, at: Self.moment) == ProviderVectors.fcmAssertion)
    }

    @Test(arguments: [
        ("{}", "no JSON"), ("not JSON", "no JSON"), (ProviderVectors.serviceAccount(type: "authorized_user"), "type service_account"),
        (ProviderVectors.serviceAccount(key: "AAAA"), "private_key"),
        (ProviderVectors.serviceAccount(tokenURI: "https://evil.test/token"), "token_uri"),
        (ProviderVectors.serviceAccount(tokenURI: "http://oauth2.googleapis.com/token"), "token_uri"),
    ])
    func `what is none, or would send our assertion elsewhere, is refused without being repeated`(json: String, part: String) {
        let error = #expect(throws: ServiceAccountError.self) { try ServiceAccount(json: json) }
        #expect(error?.description.contains(part) == true)
        #expect(error?.description.contains("evil") == false && error?.description.contains("AAAA") == false)
    }
}
