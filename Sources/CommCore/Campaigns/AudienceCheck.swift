import FoundationEssentials

/// How many recipients of a campaign lack what its mail asks for.
package struct AudienceCheck: Sendable, Equatable {
    /// One of the contact's fields that the mail uses.
    package struct Field: Sendable, Equatable {
        /// As merge tags name it.
        package let key: String
        /// Recipients for whom it is missing or empty.
        package let missing: Int64
        /// Whether every place that fills it in has a default.
        package let hasDefault: Bool
    }

    /// Members of the audience that could be mailed now.
    package let totalRecipients: Int64
    /// In the order in which the mail asks for them.
    package let fields: [Field]
}

/// Checks the audience of a campaign against what its mail asks for.
package struct AudienceChecker: Sendable {
    private let preview: CampaignPreview
    private let repository: AudienceCheckRepository
    private let time: any TimeSource

    package init(preview: CampaignPreview, repository: AudienceCheckRepository, time: any TimeSource) {
        self.preview = preview
        self.repository = repository
        self.time = time
    }

    /// Counts over the whole audience as it is now, with what is fixed once the campaign is scheduled, else its template as it is now.
    ///
    /// - Throws: `CampaignError`: `notFound`, `validationFailed`.
    package func check(tenantID: UUID, campaignID: UUID) async throws -> AudienceCheck {
        let program = try await preview.program(tenantID: tenantID, campaignID: campaignID)
        // The language only chooses how something is written.
        let fields = program.fields.filter { ![RenderProgram.languageField, RenderProgram.trackingOptOutField].contains($0) }
        let counts = try await repository.count(fields, tenantID: tenantID, campaignID: campaignID, now: time.now)
        let bare = program.fieldsWithoutDefault
        return AudienceCheck(
            totalRecipients: counts.total,
            fields: zip(fields, counts.missing).map { field, missing in
                .init(key: MergeSource.field(field).key, missing: missing, hasDefault: !bare.contains(field))
            }
        )
    }
}

extension RenderProgram {
    /// Fields that leave a gap somewhere when a recipient lacks them; a condition or a loop asks without leaving one.
    var fieldsWithoutDefault: Set<String> {
        var found: Set<String> = []
        func look(_ segments: [Segment]) {
            for segment in segments {
                switch segment {
                case .field(let place, let fallback, _) where fallback.isEmpty && fields.indices.contains(place):
                    found.insert(fields[place])
                case .value(.field(let name), let filters, _)
                where !filters.contains(where: { if case .fallback = $0 { true } else { false } }):
                    found.insert(name)
                default: look(segment.children)
                }
            }
        }
        for part in [subject, html ?? [], text] + links.map(\.url) { look(part) }
        return found
    }
}
