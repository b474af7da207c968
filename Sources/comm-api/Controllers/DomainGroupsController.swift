import CommCore
import FoundationEssentials
import Hummingbird

/// Which mail hosts and domains are one receiver: for whoever holds the platform's token.
struct DomainGroupsController: Sendable {
    private struct GroupRequest: RequestFields {
        let group: String?

        init(_ fields: inout JSONFields) {
            group = fields.string("group")
        }
    }

    private struct GroupWire: Encodable {
        let kind: String
        let pattern: String
        let group: String

        init(_ entry: DomainGroupRepository.Entry) {
            (kind, pattern, group) = (entry.kind.rawValue, entry.pattern, entry.group)
        }
    }

    let groups: DomainGroupRepository
    let bodyLimit: Int

    func list(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        Answer(try await groups.list().map(GroupWire.init))
    }

    func set(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let body: GroupRequest = try await request.fields(limit: bodyLimit)
        let (kind, pattern) = (context.name("kind"), context.name("pattern"))
        return Answer(GroupWire(try await groups.set(kind: kind, pattern: pattern, group: body.group)), message: "Group set")
    }

    func remove(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        try await groups.remove(kind: context.name("kind"), pattern: context.name("pattern"))
        return Answer.message("Group removed")
    }
}
