import Hummingbird

extension PlatformAPI {
    /// Takes the registration of a webhook.
    func registerWebhook(_ request: Request, context: BasicRequestContext) async throws -> RegistrationAnswer {
        let motorBlock = try id(context)
        webhooks.add(try await request.decode(as: WebhookRegistry.Webhook.self, context: context), to: motorBlock)
        return RegistrationAnswer(success: true)
    }

    struct RegistrationAnswer: ResponseEncodable {
        let success: Bool
    }
}
