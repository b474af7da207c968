import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Addresses of every channel", .database)
struct ChannelAddressTests {
    private static let token = "dGVzdC10b2tlbg:APA91b-registration-of-a-device"

    @Test(arguments: ["+14155550123", "+4915112345678", "+1234567", "+123456789012345"])
    func `a number is what networks dial`(text: String) {
        #expect(ChannelAddress(text, channel: .sms)?.key == text)
    }

    @Test(arguments: [
        "", "+", "14155550123", "+0151123456", "+123456", "+1234567890123456", "+1415 5550123", "+1415555O123", "ann@ex.test",
    ])
    func `what is none is refused`(text: String) {
        #expect(ChannelAddress(text, channel: .sms) == nil)
    }

    @Test func `a registration stands under its hash, which is taken in its place, and is shown by its ends`() throws {
        let address = try #require(ChannelAddress(Self.token, channel: .push))
        #expect(address.shown == "dGVzdC…vice" && address.recipient == Self.token)
        #expect(!address.key.contains("APA91b") && ChannelAddress(listed: address.key, channel: .push)?.key == address.key)
        #expect(ChannelAddress(listed: Self.token, channel: .push)?.key == address.key)
        #expect(ChannelAddress("a b", channel: .push) == nil && ChannelAddress(String(repeating: "x", count: 4_097), channel: .push) == nil)
    }

    @Test(arguments: [
        ("Ann.Lee@MÜLLER.example", Channel.email), ("+1@ex.test", .email), ("push@ex.test", .email), ("+14155550123", .sms),
        (token, .push),
    ])
    func `the database knows the same keys, and of which channel each is`(text: String, channel: Channel) async throws {
        let address = try #require(ChannelAddress(text, channel: channel))
        let row = try #require(
            try await TestDatabase.current.client.query(
                """
                SELECT comm_suppression_key(\(channel.rawValue), \(address.recipient)) AS key, comm_address_channel(\(address.key)) AS channel,
                       comm_shown_address(\(channel.rawValue), \(address.recipient)) AS shown
                """
            ).first
        )
        #expect(try row.get("key") == address.key)
        if channel != .email { #expect(try row.get("shown") == address.shown) }
        #expect(try row.get("channel") == channel.rawValue && ChannelAddress.channel(ofKey: address.key) == channel)
    }

    @Test func `a log names nobody`() {
        #expect(ChannelAddress.masked("ann@example.com") == "a…@example.com")
        #expect(ChannelAddress.masked("+14155550123") == "+14…23")
        #expect(ChannelAddress.masked(Self.token) == "dGVzdC…vice")
    }
}
