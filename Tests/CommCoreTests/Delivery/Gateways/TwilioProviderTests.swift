import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Twilio's API")
struct TwilioProviderTests {
    private let now = Date(timeIntervalSince1970: 1_767_225_600)
    private let reference = MessageReference(tenantID: UUID(), campaignID: UUID(), messageID: UUID())
    private static let account = "AC" + String(repeating: "0", count: 31) + "1"

    private func provider(_ change: (inout TwilioSettings) -> Void = { _ in }) -> TwilioProvider {
        var settings = TwilioSettings(
            accountSID: Self.account,
            secret: Secret("token"),
            sender: .number("+15005550006"),
            callback: "https://comm.example.org/api/webhooks/communication/twilio"
        )
        change(&settings)
        return TwilioProvider(settings)
    }

    /// Checks a request as the contract has it, and gives its fields.
    private func checked(_ request: ProviderRequest, user: String = account, secret: String = "token") throws -> [String: String] {
        #expect(request.url == "https://api.twilio.com/2010-04-01/Accounts/\(Self.account)/Messages.json")
        let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
        #expect(headers["Content-Type"] == "application/x-www-form-urlencoded")
        #expect(headers["Authorization"] == "Basic " + Data("\(user):\(secret)".utf8).base64EncodedString())
        let pairs = try #require(FormText.decode(request.body))
        let fields = Dictionary(pairs.map { ($0.name, $0.value) }) { first, _ in first }
        #expect(fields.count == pairs.count)
        let known: Set = ["To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod"]
        #expect(known.isSuperset(of: fields.keys))
        #expect(fields["To"].map(ChannelAddress.isNumber) == true)
        #expect((fields["From"] == nil) != (fields["MessagingServiceSid"] == nil))
        #expect((1...1_600).contains(fields["Body"]?.count ?? 0))
        if let callback = fields["StatusCallback"] { #expect(URLComponents(string: callback)?.host?.contains("_") == false) }
        if let validity = fields["ValidityPeriod"] { #expect((1...36_000).contains(Int(validity) ?? 0)) }
        return fields
    }

    @Test func `a message is put as a form whose callback names it`() throws {
        let message = try SMSMessage(reference: reference, recipient: "+14155550123", body: "Zürich ☂ +1 & x=y", validity: 90_000)
        let fields = try checked(provider().request(for: message, at: now))
        #expect(fields["Body"] == "Zürich ☂ +1 & x=y")
        #expect(fields["From"] == "+15005550006")
        #expect(fields["ValidityPeriod"] == "36000")
        let query = URLComponents(string: fields["StatusCallback"] ?? "")?.queryItems
        #expect(query?.first { $0.name == TwilioProvider.segmentsField }?.value == "1")
        #expect(query?.first { $0.name == TwilioProvider.referenceField }?.value.flatMap(MessageReference.init) == reference)
    }

    @Test func `a service and an API key take the places of number and token`() throws {
        let message = try SMSMessage(reference: reference, recipient: "+14155550123", body: "Hi")
        let other = provider {
            $0.sender = .service("MG1")
            $0.keySID = "SK1"
            $0.callback = nil
        }
        let fields = try checked(other.request(for: message, at: now), user: "SK1")
        #expect(fields == ["To": "+14155550123", "Body": "Hi", "MessagingServiceSid": "MG1"])
    }

    @Test func `what is too long is not put, and what is none is no message`() throws {
        let fixture = GatewayFixture()
        func refusal(_ recipient: String, _ text: String) -> RefusalClass? {
            do {
                _ = try provider().item(fixture.message(recipient, text), of: try fixture.batch([], text: text), at: now)
                return nil
            } catch {
                return (error as? ProviderRefusal)?.kind
            }
        }
        #expect(refusal("+14155550123", String(repeating: "a", count: 1_600)) == nil)
        #expect(refusal("+14155550123", String(repeating: "a", count: 1_601)) == .size)
        #expect(refusal("0151", "x") == .recipient)
        #expect(refusal("+14155550123", " \n") == .request)
        #expect(throws: SMSError.invalidRecipient) { try SMSMessage(reference: reference, recipient: "0151", body: "x") }
        #expect(throws: SMSError.emptyBody) { try SMSMessage(reference: reference, recipient: "+14155550123", body: " \n") }
    }

    private func verdict(_ status: Int, _ body: String, headers: [String: String] = [:]) -> ProviderVerdict {
        do {
            let message = try SMSMessage(reference: reference, recipient: "+14155550123", body: "Hi")
            return provider().verdict(on: ProviderAnswer(status: status, headers: headers, body: Array(body.utf8)), to: message, at: now)
        } catch {
            return .unknown(reason: "\(error)")
        }
    }

    @Test func `an answer is one of a few`() {
        #expect(verdict(201, #"{"sid":"SM1","status":"queued"}"#) == .accepted)
        #expect(verdict(201, "<html>") == .unknown(reason: "an answer that is not Twilio's"))
        #expect(verdict(503, "") == .unknown(reason: "answered 503"))
        #expect(verdict(500, #"{"code":20500,"message":"x"}"#) == .unknown(reason: "answered 500"))
        let limited = verdict(429, #"{"code":20429,"message":"Too many"}"#, headers: ["retry-after": "7"])
        #expect(limited == .away(GatewayOutage(kind: .throttled, reason: "20429 Too many", until: now + 7)))
    }

    @Test(arguments: [
        (21211, "recipient"), (21604, "recipient"), (21610, "opted_out"), (21614, "recipient"), (21612, "request"), (21617, "request"),
        (21606, "sender"), (21703, "sender"),
        (20003, "configuration"), (21408, "configuration"), (21611, "throttled"), (99999, "request"),
    ])
    func `a refusal is the number's, the sender's, the account's or a matter of time`(code: Int, expected: String) {
        let found =
            switch verdict(code == 20003 ? 401 : 400, #"{"code":\#(code),"message":"to +14155550123","status":400}"#) {
            case .refused(let kind, _): kind.rawValue
            case .senderRefused: "sender"
            case .away(let outage): outage.kind.rawValue
            default: "other"
            }
        #expect(found == expected)
    }

    // MARK: Signatures (vectors of the contract)

    private static let token = Secret("0123456789abcdef0123456789abcdef")
    private static let url = "https://hooks.example.test/sms/twilio?t=acme"
    private static let form = """
        AccountSid=AC00000000000000000000000000000001&ApiVersion=2010-04-01&From=%2B15005550006&MessageSid=SM00000000000000000000000000000001&\
        MessageStatus=delivered&SmsSid=SM00000000000000000000000000000001&SmsStatus=delivered&To=%2B14155550123
        """

    private func isValid(_ signature: String?, _ url: String = url, _ form: String = form, token: Secret = token) -> Bool {
        guard let signature = TwilioSignature(signature), let fields = FormText.decode(Array(form.utf8)) else { return false }
        return signature.isValid(url: url, fields: fields, token: token)
    }

    @Test func `genuine signatures are believed, with a port and without`() {
        #expect(isValid("oB1umpuo/THQrZnvjEvIzh62Zp0="))
        #expect(isValid("oB1umpuo/THQrZnvjEvIzh62Zp0=", "https://hooks.example.test:443/sms/twilio?t=acme"))
        #expect(isValid("e+kMZBZb63CQqIbLcFpoVnF7mLc="))
        #expect(isValid("B61hmjOzIsHjgAR6CAf++vez6qg=", "https://hooks.example.test/sms/twilio?MessageSid=SM1&MessageStatus=sent", ""))
        #expect(isValid("lcvwIoKjF5Up9ZZYQ5aNaYZuJtY=", Self.url, "Body=Z%C3%BCrich+%E2%98%82+%2B1+%26+x%3Dy&From=%2B15005550006"))
        #expect(
            isValid(
                "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
                "https://mycompany.com/myapp.php?foo=1&bar=2",
                "To=%2B18005551212&CallSid=CA1234567890ABCDE&Caller=%2B14158675309&From=%2B14158675309&Digits=1234",
                token: Secret("12345")
            )
        )
    }

    @Test func `a JSON body is believed by its hash`() {
        let url = "https://hooks.example.test/sms/twilio?bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        let signature = TwilioSignature("7oq9Pv/pDd8Fzh1nx0ywQVEAxtk=")
        #expect(signature?.isValid(url: url, body: Array(#"{"a":1}"#.utf8), token: Self.token) == true)
        #expect(signature?.isValid(url: url, body: Array(#"{"a":2}"#.utf8), token: Self.token) == false)
    }

    @Test func `anything else is refused`() {
        let genuine = "oB1umpuo/THQrZnvjEvIzh62Zp0="
        #expect(!isValid(genuine, Self.url, Self.form.replacing("delivered", with: "failed")))
        #expect(!isValid(genuine, Self.url, Self.form + "&Extra=1"))
        #expect(!isValid(genuine, "http://hooks.example.test/sms/twilio?t=acme"))
        #expect(!isValid(genuine, token: Secret("another")))
        #expect(!isValid(nil))
        #expect(!isValid(""))
        #expect(!isValid("a01d6e9a9ba8fd31d0ad99ef8c4bc8ce1eb6669d"))
        // Values that have changed their places.
        let swapped = Self.form.replacing("%2B15005550006", with: "#").replacing("%2B14155550123", with: "%2B15005550006")
        #expect(!isValid(genuine, Self.url, swapped.replacing("#", with: "%2B14155550123")))
    }

    @Test(arguments: 0..<100)
    func `a form comes back as it was`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let letters = Array("aZ09 +&=%;~*-._ä☂\n😀\0")
        func text() -> String {
            String((0..<Int.random(in: 0...20, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
        }
        let fields = (0..<Int.random(in: 1...8, using: &random)).map { _ in (name: "n" + text(), value: text()) }
        let decoded = try #require(FormText.decode(FormText.encode(fields)))
        #expect(decoded.map(\.name) == fields.map(\.name) && decoded.map(\.value) == fields.map(\.value))
    }

    // MARK: Reports

    private func read(_ form: String, reference: String? = nil) throws -> ProviderReading {
        let fields = try #require(FormText.decode(Array(form.utf8)))
        let payload = try #require(TwilioSource.payload(of: fields, reference: reference))
        #expect(!payload.contains("+1"))
        return try TwilioSource.read(payload, receivedAt: now)
    }

    @Test(arguments: [
        ("delivered", EventType.delivered), ("read", .delivered), ("sent", .sent), ("undelivered", .bounced), ("failed", .bounced),
        ("canceled", .failed), ("queued", nil), ("sending", nil),
    ])
    func `a status is a fact about the message that the address names`(status: String, type: EventType?) throws {
        let reading = try read("MessageSid=SM1&MessageStatus=\(status)&To=%2B14155550123&ErrorCode=30005", reference: reference.text)
        #expect(reading.facts.map(\.type) == [type].compactMap(\.self))
        #expect(reading.facts.allSatisfy { $0.messageID == reference.messageID })
        #expect(reading.keptAs == nil)
    }

    @Test(arguments: [
        (30003, EventType.bounced, BounceClass.soft), (30004, .bounced, .soft), (30005, .bounced, .hard), (30006, .bounced, .hard),
        (30007, .failed, .content), (30008, .bounced, .soft), (30034, .failed, .config), (30036, .failed, .expired),
        (30450, .failed, .policy),
        (21610, .unsubscribed, .block), (30001, .failed, .config),
    ])
    func `a failure is the number's for good, for now, or nobody's`(code: Int, type: EventType, kind: BounceClass) throws {
        let fact = try #require(
            try read("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=\(code)", reference: reference.text).facts.first
        )
        #expect(fact.type == type)
        #expect(TwilioErrorCode.bounceClass(code) == kind)
        #expect(fact.bounceKind == (type == .bounced ? kind.kind : fact.bounceKind))
    }

    @Test func `a report says in how many parts its message travelled`() throws {
        let fields = try #require(FormText.decode(Array("MessageSid=SM1&MessageStatus=delivered".utf8)))
        let payload = try #require(TwilioSource.payload(of: fields, reference: reference.text, segments: "3"))
        #expect(try TwilioSource.read(payload, receivedAt: now).facts.first?.payload.contains(#""segments":3"#) == true)
    }

    @Test(arguments: [
        ("stop", EventType.unsubscribed), ("Unsubscribe ", .unsubscribed), ("START", .resubscribed), ("unstop", .resubscribed),
    ])
    func `who answers with a keyword leaves or comes back, by his number`(answer: String, type: EventType) throws {
        let body = answer.replacing(" ", with: "+")
        let fields = try #require(FormText.decode(Array("MessageSid=SM1&From=%2B14155550123&Body=\(body)".utf8)))
        let payload = try #require(TwilioSource.payload(of: fields, reference: nil))
        let fact = try #require(try TwilioSource.read(payload, receivedAt: now).facts.first)
        #expect(fact.type == type && fact.messageID == nil)
        #expect(fact.addressee == ChannelAddress("+14155550123", channel: .sms))
    }

    @Test func `an answer is kept as what it asks for, without number and text`() throws {
        #expect(try read("MessageSid=SM1&From=%2B14155550123&Body=help").keptAs == "answer: help")
        #expect(try read("MessageSid=SM1&From=%2B14155550123&Body=my+secret").keptAs == "answer: text")
        #expect(TwilioSource.payload(of: [("Body", "x")], reference: nil) == nil)
    }
}
