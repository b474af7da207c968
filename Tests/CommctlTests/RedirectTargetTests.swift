import Testing

@testable import commctl

@Suite("Where a tracked link leads")
struct RedirectTargetTests {
    private let target = "https://shop.example/basket?code=A%20B#top"

    @Test("the target itself and the target with campaign parameters are right")
    func right() {
        #expect(DemoRun.leads(target, to: target))
        #expect(DemoRun.leads("https://shop.example/basket?code=A%20B&utm_source=x&utm_medium=email#top", to: target))
    }

    @Test(
        "another host, path, query or fragment is wrong",
        arguments: [
            "https://evil.example/basket?code=A%20B#top", "https://shop.example/?code=A%20B#top", "https://shop.example/basket#top",
            "https://shop.example/basket?code=A%20B&x=1#top", "https://shop.example/basket?code=A%20B",
            "http://shop.example/basket?code=A%20B#top",
        ]
    )
    func wrong(location: String) {
        #expect(!DemoRun.leads(location, to: target))
    }
}
