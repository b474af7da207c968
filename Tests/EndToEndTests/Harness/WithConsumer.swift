/// Runs the body while the far end consumes.
func withConsumer(_ world: SenderWorld, _ body: () async throws -> Void) async throws {
    let consumer = world.consumer
    let task = Task { await consumer.run() }
    do {
        try await body()
    } catch {
        task.cancel()
        await task.value
        throw error
    }
    task.cancel()
    await task.value
}
