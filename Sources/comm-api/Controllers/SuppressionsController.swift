import CommCore
import FoundationEssentials
import Hummingbird

/// Addresses and domains that a tenant does not mail.
struct SuppressionsController: Sendable {
    private static let largestHistory = 500

    let suppressions: SuppressionRepository
    let entries: SuppressionListRepository
    let bulk: SuppressionBulk
    let importer: SuppressionImporter
    let expiry: SuppressionExpiry
    let imports: ImportRepository
    let once: IdempotencyMiddleware
    /// nil when the platform's database is not configured.
    let bounces: BounceImporter?
    let time: any TimeSource
    let bodyLimit: Int
    /// Bytes.
    let fileLimit: Int

    /// Newest first; by page or by cursor.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (filter, page, limit, cursor) = try request.query { query in
            (
                Self.filter(&query), query.int("page", in: 1...1_000_000) ?? 1,
                query.int("limit", in: 1...SuppressionListRepository.largestPage) ?? 50, query.timeCursor()
            )
        }
        let found = try await entries.page(tenantID: context.tenantID, filter: filter, page: page, limit: limit, after: cursor)
        return Answer(PageWire(found))
    }

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(SuppressionWire(try await entries.find(tenantID: context.tenantID, id: try context.id())))
    }

    /// Whether an address may be mailed, and what keeps it back.
    func check(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let address = try request.query { query in
            let address = query.string("address")
            if address == nil { query.refuse("address", "address is required") }
            return address
        }
        let found = try await entries.entries(tenantID: context.tenantID, of: address ?? "")
        return Answer(CheckWire(found.own, isGlobal: found.isGlobal))
    }

    /// Moves entries into the history whose time is over.
    func cleanUp(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        _ = try await request.fields(NoRequest.self, limit: bodyLimit)
        let (removed, isMore) = try await expiry.run(tenantID: context.tenantID)
        return Answer(CleanUpWire(removed: removed, more: isMore), message: isMore ? "More have expired: ask again" : "Cleaned up")
    }

    func add(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: AddRequest = try await request.fields(limit: bodyLimit)
        let added = try await suppressions.add(tenantID: context.tenantID, draft: body.draft)
        return Answer(AddedWire(added), message: "Email added to suppression list")
    }

    func addMany(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: BulkRequest = try await request.fields(limit: bodyLimit)
        return Answer(BulkWire(try await bulk.add(body.emails, common: body.common, tenantID: context.tenantID)))
    }

    /// All or nothing; what the query says counts for rows that do not say it themselves.
    func importFile(_ request: Request, context: TenantContext) async throws -> Response {
        let (dryRun, common) = try request.query { query in
            (
                query.bool("dryRun") ?? false,
                SuppressionDraft(
                    scope: query.choice("scope", SuppressionScope.self)?.rawValue,
                    listID: query.uuid("list_id"),
                    reason: query.string("reason") ?? "import",
                    source: query.string("source") ?? "csv",
                    expiresAt: query.date("expires_at")
                )
            )
        }
        if let listID = common.listID { try await suppressions.requireList(listID, tenantID: context.tenantID) }
        let received = try await receive(request)
        let address = ClientAddress.of(request, peer: context.peer)
        return try await once.once(request, context: context, bodyDigest: received.digest) {
            let report = try await importer.run(
                received,
                tenantID: context.tenantID,
                common: common,
                dryRun: dryRun,
                userIdentifier: address
            )
            return try Answer(ImportWire(report)).response()
        }
    }

    private func receive(_ request: Request) async throws -> SuppressionUpload {
        var upload = try await FileUpload(request, field: "file", limit: fileLimit)
        let fileName = upload.fileName
        return try await PieceChannel.run { pieces in
            try await SuppressionUpload.receive(pieces, fileName: fileName)
        } feeding: { channel in
            while let bytes = try await upload.next() { await channel.send(bytes) }
        }
    }

    func getImport(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(ImportWire(try await report(context)))
    }

    /// The rows that were left out, as CSV.
    func downloadImportErrors(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (tenantID, id) = (context.tenantID, try await report(context).importID)
        return Response.csv(fileName: "suppression-import-errors-\(id.uuidString.lowercased()).csv") { [imports] write in
            try await imports.exportErrors(tenantID: tenantID, importID: id, write)
        }
    }

    private func report(_ context: TenantContext) async throws -> SuppressionImporter.Report {
        let found = try await imports.report(
            SuppressionImporter.Report.self,
            of: .suppressions,
            tenantID: context.tenantID,
            importID: try context.id()
        )
        guard let found else { throw Problem.notFound("Import") }
        return found
    }

    func export(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let filter = try request.query { Self.filter(&$0) }
        let day = ISO8601.string(from: time.now).prefix(10)
        return Response.csv(fileName: "suppressions-\(day).csv") { [entries] write in
            try await entries.export(tenantID: context.tenantID, filter: filter, write)
        }
    }

    func getStats(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(StatsWire(try await entries.stats(tenantID: context.tenantID)))
    }

    /// What happened to an entry or an address, newest first.
    func getHistory(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (id, address, limit, cursor) = try request.query { query in
            (
                query.uuid("suppression_id"), query.string("address"), query.int("limit", in: 1...Self.largestHistory) ?? 100,
                query.timeCursor()
            )
        }
        let changes = try await entries.history(
            tenantID: context.tenantID,
            suppressionID: id,
            address: address,
            limit: limit + 1,
            after: cursor
        )
        return Answer(HistoryWire(changes, limit: limit))
    }

    func importBounces(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: BouncesRequest = try await request.fields(limit: bodyLimit)
        guard (1...365).contains(body.days) else { throw Problem.invalid("days", "days must be a whole number from 1 to 365") }
        guard let bounces else {
            throw Problem(.conflict, code: "platform_database_missing", "The platform's database is not configured (MOTORICAL_DB_URL)")
        }
        return Answer(BouncesWire(try await bounces.run(tenantID: context.tenantID, days: body.days)))
    }

    /// `reason` says why, for the history.
    func remove(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let reason = try request.query { $0.string("reason") }
        try await suppressions.remove(tenantID: context.tenantID, id: try context.id(), reason: reason)
        return Answer.message("Email removed from suppression list")
    }

    private static func filter(_ query: inout QueryFields) -> SuppressionFilter {
        SuppressionFilter(
            search: query.string("search"),
            channel: query.choice("channel", Channel.self),
            scope: query.choice("scope"),
            reason: query.string("reason"),
            source: query.string("source"),
            listID: query.uuid("list_id"),
            isActive: query.bool("active") ?? true
        )
    }
}
