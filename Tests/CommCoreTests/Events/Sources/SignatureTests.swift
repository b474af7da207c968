import CommTesting
import Crypto
import Foundation
import Testing

@testable import CommCore

@Suite("Signatures of providers, against vectors made by others")
struct SignatureTests {
    private static let exponent = "AQAB"

    private func keys(id: String? = ProviderVectors.postalKeyID) throws -> PostalKeys {
        let kid = id.map { #","kid":"\#($0)""# } ?? ""
        let set = #"{"keys":[{"kty":"RSA","n":"\#(ProviderVectors.rsaModulus)","e":"AQAB","use":"sig","alg":"RS256"\#(kid)}]}"#
        return try PostalKeys(jwks: Array(set.utf8))
    }

    private func isValid(
        sha256: String? = ProviderVectors.postalSHA256,
        sha1: String? = ProviderVectors.postalSHA1,
        keyID: String? = ProviderVectors.postalKeyID,
        body: String = ProviderVectors.postalBody,
        allowsSHA1: Bool = false
    ) throws -> Bool {
        try PostalSignature(sha256: sha256, sha1: sha1, keyID: keyID).isValid(over: Array(body.utf8), keys: keys(), allowsSHA1: allowsSHA1)
    }

    @Test("a key is called by the digest of its numbers")
    func keyID() throws {
        let modulus = try #require(Base64URL.decode(Array(ProviderVectors.rsaModulus.utf8)))
        #expect(RSAVerifier.keyID(modulus: modulus, exponent: [1, 0, 1]) == ProviderVectors.postalKeyID)
        #expect(try keys(id: nil).byID.keys.first == ProviderVectors.postalKeyID)
    }

    @Test("Postal's signature is valid over the bytes that were sent, and over no others")
    func postal() throws {
        #expect(ProviderVectors.postalBody.utf8.count == 506)
        #expect(try isValid())
        #expect(try isValid(sha256: nil, keyID: nil, allowsSHA1: true))
        #expect(try isValid(sha256: nil, allowsSHA1: true))
        #expect(try !isValid(body: ProviderVectors.postalBody.replacing("c42", with: "c43")))
        #expect(try !isValid(body: ProviderVectors.postalBody.replacing("\\u003c", with: "<")))
        #expect(try !isValid(sha256: nil, sha1: ProviderVectors.postalSHA256, allowsSHA1: true))
        #expect(try !isValid(sha256: ProviderVectors.postalSHA1, allowsSHA1: true))
        #expect(try !isValid(sha256: nil))
        #expect(try !isValid(sha256: nil, sha1: nil, allowsSHA1: true))
        #expect(try !isValid(keyID: String(repeating: "0", count: 64), allowsSHA1: true))
        #expect(try !isValid(keyID: nil))
        #expect(try !isValid(sha256: "not base64"))
    }

    @Test("a set that is none is refused; keys of another kind are passed over")
    func keySets() throws {
        #expect(throws: (any Error).self) { try PostalKeys(jwks: Array("<html>".utf8)) }
        #expect(try PostalKeys(jwks: Array(#"{"keys":[{"kty":"EC","crv":"P-256"},{"kty":"RSA","n":"!","e":"AQAB"}]}"#.utf8)).byID.isEmpty)
    }

    // MARK: SNS

    private static let certificateURL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"

    private func message(_ members: [String: String], signature: String, version: String) throws -> SNSMessage {
        let signing = ["Signature": signature, "SignatureVersion": version, "SigningCertURL": Self.certificateURL]
        let json = try JSONSerialization.data(withJSONObject: members.merging(signing) { $1 })
        return try #require(SNSMessage(json: Array(json)))
    }

    private func isSigned(_ message: SNSMessage, requiresVersion2: Bool = false, at year: Double = 56) throws -> Bool {
        let der = try #require(Data(base64Encoded: ProviderVectors.snsCertificate))
        let now = Date(timeIntervalSince1970: year * 365.25 * 86_400)
        return try SNSCertificate(Array(der)).signed(message, requiresVersion2: requiresVersion2, now: now)
    }

    @Test("messages of SNS are valid in both versions, with and without a subject")
    func sns() throws {
        let members = ProviderVectors.snsNotification
        #expect(try isSigned(message(members, signature: ProviderVectors.snsNotificationV1, version: "1")))
        #expect(try isSigned(message(members, signature: ProviderVectors.snsNotificationV2, version: "2")))
        let bare = members.filter { $0.key != "Subject" }
        #expect(try isSigned(message(bare, signature: ProviderVectors.snsNoSubjectV2, version: "2"), requiresVersion2: true))
        let confirmation = ProviderVectors.snsConfirmation
        #expect(try isSigned(message(confirmation, signature: ProviderVectors.snsConfirmationV1, version: "1")))
        #expect(try isSigned(message(confirmation, signature: ProviderVectors.snsConfirmationV2, version: "2")))
    }

    @Test("what was changed, swapped or is out of date is refused")
    func snsRefused() throws {
        let members = ProviderVectors.snsNotification
        let (v1, v2) = (ProviderVectors.snsNotificationV1, ProviderVectors.snsNotificationV2)
        #expect(try !isSigned(message(members, signature: v1, version: "1"), requiresVersion2: true))
        #expect(try !isSigned(message(members, signature: v1, version: "2")))
        #expect(try !isSigned(message(members, signature: v2, version: "3")))
        #expect(try !isSigned(message(members.merging(["Timestamp": "2026-01-01T00:00:00.001Z"]) { $1 }, signature: v2, version: "2")))
        #expect(try !isSigned(message(members.filter { $0.key != "Subject" }, signature: v2, version: "2")))
        #expect(try !isSigned(message(members, signature: "", version: "2")))
        // The certificate is valid from 2020 to 2050.
        #expect(try !isSigned(message(members, signature: v2, version: "2"), at: 49))
        #expect(try !isSigned(message(members, signature: v2, version: "2"), at: 81))
    }

    @Test("a message without its members is none")
    func snsShape() throws {
        #expect(SNSMessage(json: Array("{}".utf8)) == nil && SNSMessage(json: Array("[]".utf8)) == nil)
        let signing = ["Signature": "", "SignatureVersion": "1", "SigningCertURL": Self.certificateURL]
        let whole = ProviderVectors.snsConfirmation.merging(signing) { $1 }
        for missing in ["Token", "SubscribeURL", "Message", "TopicArn", "Signature"] {
            let json = try JSONSerialization.data(withJSONObject: whole.filter { $0.key != missing })
            #expect(SNSMessage(json: Array(json)) == nil, "\(missing)")
        }
    }

    @Test("a certificate is fetched from SNS in the topic's region and from nowhere else")
    func addresses() {
        #expect(SNSAddress.isCertificate(Self.certificateURL, region: "eu-west-1"))
        #expect(SNSAddress.isCertificate("https://sns.cn-north-1.amazonaws.com.cn/x.pem", region: "cn-north-1"))
        for url in [
            "http://sns.us-east-1.amazonaws.com/x.pem", "https://sns.us-east-1.amazonaws.com.evil.test/x.pem",
            "https://evil.test/sns.us-east-1.amazonaws.com/x.pem", "https://sns.us-east-1.amazonaws.com@evil.test/x.pem",
            "https://s3.us-east-1.amazonaws.com/x.pem", "https://sns.us-east-1.amazonaws.com/x.txt",
            "https://sns.us-east-1.amazonaws.com:8443/x.pem", "https://sns.eu-west-1.amazonaws.com/x.pem",
            "https://user@sns.us-east-1.amazonaws.com/x.pem", "https://sns.us-east-1.amazonaws.com\\@evil.test/x.pem",
            "https://sns.us-east-1.amazonaws.com/x.pem#y", "https://sns.us-east-1.amazonaws.com/?x=.pem", "", "x.pem",
        ] {
            #expect(!SNSAddress.isCertificate(url, region: "us-east-1"), "\(url)")
        }
        let topic = "arn:aws:sns:eu-west-1:123456789012:ses-events"
        let confirmation = ProviderVectors.snsConfirmation["SubscribeURL"] ?? ""
        #expect(SNSAddress.isConfirmation(confirmation, topic: topic, region: "eu-west-1"))
        #expect(!SNSAddress.isConfirmation(confirmation, topic: topic + "2", region: "eu-west-1"))
        #expect(
            !SNSAddress.isConfirmation(confirmation.replacing("ConfirmSubscription", with: "Publish"), topic: topic, region: "eu-west-1")
        )
        #expect(!SNSAddress.isConfirmation(confirmation + "&Action=Publish", topic: topic, region: "eu-west-1"))
        #expect(!SNSAddress.isConfirmation(confirmation, topic: topic, region: "us-east-1"))
    }

    // MARK: Mailgun

    private func mailgun(
        timestamp: String = #""1767225600""#,
        token: String = ProviderVectors.mailgunToken,
        signature: String = ProviderVectors.mailgunSignature,
        parent: String = "null",
        key: String = ProviderVectors.mailgunKey
    ) -> MailgunSignature? {
        let own = #"{"timestamp":\#(timestamp),"token":"\#(token)","signature":"\#(signature)"}"#
        let body = #"{"signature":\#(own),"parent-signature":\#(parent),"event-data":{"id":"e1"}}"#
        return MailgunSignature.verified(body: Array(body.utf8), key: Secret(key))
    }

    @Test("Mailgun's signature is valid for its time and token, by the signing key alone")
    func mailgun() throws {
        #expect(mailgun(timestamp: "1767225600") != nil)
        #expect(try #require(mailgun()).eventID == "e1")
        #expect(mailgun(signature: ProviderVectors.mailgunSignature.uppercased()) == nil)
        #expect(mailgun(signature: String(ProviderVectors.mailgunSignature.dropLast())) == nil)
        let other = String(ProviderVectors.mailgunToken.dropLast()) + "7"
        #expect(mailgun(token: other) == nil)
        #expect(mailgun(timestamp: #""1767225601""#) == nil)
        #expect(mailgun(key: "key-of-the-api") == nil)
        #expect(MailgunSignature.verified(body: Array("{}".utf8), key: Secret(ProviderVectors.mailgunKey)) == nil)
    }

    @Test("of a sub-account's event that signature counts whose key is ours")
    func mailgunParent() throws {
        let ours =
            #"{"timestamp":"1767225600","token":"\#(ProviderVectors.mailgunToken)","signature":"\#(ProviderVectors.mailgunSignature)"}"#
        let foreign = String(repeating: "0", count: 64)
        #expect(try #require(mailgun(token: "another", signature: foreign, parent: ours)).token == ProviderVectors.mailgunToken)
        #expect(mailgun(token: "another", signature: foreign, parent: ours, key: "key-of-the-api") == nil)
        #expect(
            try #require(mailgun(parent: #"{"timestamp":"1","token":"t","signature":"\#(foreign)"}"#)).token == ProviderVectors.mailgunToken
        )
        for odd in [#""x""#, "{}", #"{"timestamp":[],"token":1,"signature":2}"#] { #expect(mailgun(parent: odd) != nil) }
    }

    @Test("a signature is good for its window", arguments: [(-301, false), (-300, true), (0, true), (900, true), (901, false)])
    func window(age: Double, isFresh: Bool) throws {
        let now = Date(timeIntervalSince1970: 1_767_225_600 + age)
        #expect(try #require(mailgun()).isFresh(now: now, maximumAge: 900) == isFresh)
        for odd in ["-1767225600", "1767225600.5"] {
            let code = HMAC<SHA256>.authenticationCode(
                for: Data((odd + ProviderVectors.mailgunToken).utf8),
                using: SymmetricKey(data: Data(ProviderVectors.mailgunKey.utf8))
            )
            let signed = mailgun(timestamp: "\"\(odd)\"", signature: code.map { String(format: "%02x", $0) }.joined())
            #expect(try !#require(signed).isFresh(now: now, maximumAge: 900))
        }
    }
}
