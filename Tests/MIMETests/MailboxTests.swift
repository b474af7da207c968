import MIME
import Testing

@Suite("Mailboxes are read and checked")
struct MailboxTests {
    @Test(arguments: [
        ("\"Shop Ltd\" <me@shop.test>", "Shop Ltd", "me@shop.test"),
        ("Shop Ltd <me@shop.test>", "Shop Ltd", "me@shop.test"),
        ("\"A \\\"B\\\" \\\\ C\" <me@shop.test>", "A \"B\" \\ C", "me@shop.test"),
        ("\"A \"B\" C\" <me@shop.test>", "A \"B\" C", "me@shop.test"),
        ("=?utf-8?B?SsO2cmc=?= <j@x.test>", "Jörg", "j@x.test"),
        ("\"a < b\" <c@d.test>", "a < b", "c@d.test"),
    ])
    func `a name and an address are told apart`(text: String, name: String, address: String) throws {
        let mailbox = try Mailbox.parse(text)
        #expect(mailbox.displayName == name)
        #expect(mailbox.address == address)
    }

    @Test(arguments: ["me@shop.test", "  me@shop.test ", "<me@shop.test>", "\"\" <me@shop.test>"])
    func `a bare address has no name`(text: String) throws {
        let mailbox = try Mailbox.parse(text)
        #expect(mailbox.displayName == nil)
        #expect(mailbox.address == "me@shop.test")
        #expect(mailbox.domain == "shop.test")
    }

    @Test(arguments: ["a.b+c@d.test", "\"a b\"@c.test", "\"a\\\"b@x\"@c.test", "a@[127.0.0.1]", "a@[IPv6:::1]", "é@ü.test"])
    func `an addr-spec is taken`(address: String) throws {
        #expect(try Mailbox(address: address).address == address)
    }

    @Test(arguments: [
        "", "a", "@b", "a@", "a b@c.test", "a@b c", "a,b@c.test", "a@b.test,c@d.test", "<a@b.test", "a..b@c.test", ".a@b.test", "a@.b",
        "a@b.",
        "\"a@b.test", "\"a\"b\"@c.test", "a@b>c",
    ])
    func `what is no addr-spec is refused`(address: String) {
        #expect(throws: MIMEError(.invalidAddress, field: "address")) { try Mailbox(address: address) }
    }

    @Test func `an address outside ASCII asks for SMTPUTF8`() throws {
        #expect(try MailFixture.message(to: [Mailbox(address: "é@b.test")]).requiresUTF8)
        #expect(try !MailFixture.message(from: Mailbox(displayName: "é", address: "a@b.test")).requiresUTF8)
    }
}
