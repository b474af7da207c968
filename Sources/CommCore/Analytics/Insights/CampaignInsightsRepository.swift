import FoundationEssentials
import Postgres

/// SQL of what is known of a campaign's recipients, links and their habits, from its roll-ups.
package struct CampaignInsightsRepository: Sendable {
    /// The most domains that are named one by one.
    package static let mostDomains = 200
    /// The most people that are named.
    package static let mostRecipients = 100

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Clicks by link, as the mail has them; with the target as the template wrote it.
    package func links(tenantID: UUID, campaignID: UUID) async throws -> (links: [LinkClicks], progress: ReportProgress) {
        try await client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            let reports = try await CampaignLinkRepository.links(of: campaign, tenantID: tenantID, on: connection)
            let rows = try await connection.query(
                """
                SELECT link_index, clicks_human, clicks_unknown, clicks_scanner, clicks_machine, link_clicked FROM link_rollups
                WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)
                ORDER BY clicks_human + clicks_unknown DESC, link_index LIMIT 1000
                """
            )
            let links = try rows.map { row in
                let index: Int = try row.get("link_index")
                return LinkClicks(
                    index: index,
                    url: reports[index]?.target,
                    text: reports[index]?.text,
                    clicks: VerdictCounts(
                        human: try row.get("clicks_human"),
                        unknown: try row.get("clicks_unknown"),
                        scanner: try row.get("clicks_scanner"),
                        machine: try row.get("clicks_machine")
                    ),
                    messages: try row.get("link_clicked")
                )
            }
            return (links.filter { $0.clicks.all > 0 }, try await ReportProgress.read(on: connection))
        }
    }

    /// The largest domains, what the others have together, and the whole.
    package func domains(tenantID: UUID, campaignID: UUID, limit: Int) async throws -> DomainReport {
        try await client.withTenant(tenantID) { connection in
            _ = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            let rows = try await connection.query(
                """
                SELECT r.*, p.provider FROM domain_rollups r LEFT JOIN mailbox_providers p ON p.domain = r.domain
                WHERE r.tenant_id = \(tenantID) AND r.campaign_id = \(campaignID)
                ORDER BY r.sent DESC, r.domain LIMIT \(min(max(1, limit), Self.mostDomains))
                """
            )
            let named = try rows.map { DomainCounts(domain: try $0.get("domain"), provider: try $0.get("provider"), row: try .init($0)) }
            let totals = try await EventReportRepository.totals(tenantID: tenantID, subject: .campaign(campaignID), on: connection)
            return DomainReport(named: named, whole: .init(totals), progress: try await ReportProgress.read(on: connection))
        }
    }

    /// Opens and clicks by hours since the hand-over of the message.
    package func timeline(tenantID: UUID, campaignID: UUID) async throws -> EngagementTimeline {
        try await client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            let rows = try await connection.query(
                """
                SELECT * FROM timeline_rollups WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) ORDER BY hour
                """
            )
            let steps = try rows.map { row in
                EngagementTimeline.Step(
                    hour: try row.get("hour"),
                    opens: try row.get("opens_human") + row.get("opens_unknown"),
                    opened: try row.get("opened"),
                    clicks: try row.get("clicks_human") + row.get("clicks_unknown"),
                    clicked: try row.get("clicked"),
                    unsubscribed: try row.get("unsubscribed")
                )
            }
            let totals = try await EventReportRepository.totals(tenantID: tenantID, subject: .campaign(campaignID), on: connection)
            return EngagementTimeline(
                startedAt: campaign.startedAt,
                delivered: totals.delivered,
                steps: steps,
                progress: try await ReportProgress.read(on: connection)
            )
        }
    }

    /// Engagement by when the recipients became contacts.
    ///
    /// - Parameter unit: `week` or `month`, of UTC days.
    package func cohorts(tenantID: UUID, campaignID: UUID, by unit: CohortUnit) async throws -> CohortReport {
        try await client.withTenant(tenantID) { connection in
            _ = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            let rows = try await connection.query(
                """
                SELECT CASE WHEN joined_on > '1970-01-01' THEN to_char(date_trunc(\(unit.rawValue), joined_on::timestamp), 'YYYY-MM-DD') END
                           AS cohort,
                       sum(sent)::int AS sent, sum(delivered)::int AS delivered, sum(hard_bounced)::int AS hard_bounced,
                       sum(complained)::int AS complained, sum(opened)::int AS opened, sum(clicked)::int AS clicked,
                       sum(unsubscribed)::int AS unsubscribed
                FROM cohort_rollups WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)
                GROUP BY 1 ORDER BY 1 NULLS LAST
                """
            )
            let cohorts = try rows.map { row in
                CohortReport.Cohort(
                    start: try row.get("cohort"),
                    sent: try row.get("sent"),
                    delivered: try row.get("delivered"),
                    hardBounced: try row.get("hard_bounced"),
                    complained: try row.get("complained"),
                    opened: try row.get("opened"),
                    clicked: try row.get("clicked"),
                    unsubscribed: try row.get("unsubscribed")
                )
            }
            return CohortReport(unit: unit, cohorts: cohorts, progress: try await ReportProgress.read(on: connection))
        }
    }

    /// When, with what and who.
    package func recipients(tenantID: UUID, campaignID: UUID, zone: ReportZone, limit: Int) async throws -> RecipientInsights {
        try await client.withTenant(tenantID) { connection in
            _ = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            let activity = try await EventReportRepository.activity(tenantID: tenantID, campaignID: campaignID, on: connection)
            let clients = try await connection.query(
                """
                SELECT * FROM client_rollups WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)
                ORDER BY opens_human + opens_unknown + clicks_human + clicks_unknown DESC, client, device
                """
            ).map { row in
                ClientCounts(
                    client: try row.get("client"),
                    device: try row.get("device"),
                    opens: try row.get("opens_human") + row.get("opens_unknown"),
                    opened: try row.get("opened"),
                    clicks: try row.get("clicks_human") + row.get("clicks_unknown"),
                    clicked: try row.get("clicked")
                )
            }
            return RecipientInsights(
                hours: EngagementHours(activity, in: zone),
                zone: zone,
                clients: clients,
                top: try await Self.top(tenantID: tenantID, campaignID: campaignID, limit: limit, on: connection),
                progress: try await ReportProgress.read(on: connection)
            )
        }
    }

    /// Those with most clicks; counted from the index of the campaign's clicks alone.
    private static func top(
        tenantID: UUID,
        campaignID: UUID,
        limit: Int,
        on connection: PostgresConnection
    ) async throws -> [RecipientInsights.Person] {
        try await connection.query(
            """
            WITH top AS MATERIALIZED (
                SELECT contact_id, count(*)::int AS clicks, max(occurred_at) AS last_click FROM email_events
                WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) AND type = 'clicked' AND contact_id IS NOT NULL
                  AND coalesce(verdict, 'unknown') IN ('human', 'unknown')
                GROUP BY contact_id ORDER BY 2 DESC, 3 DESC, 1 LIMIT \(min(max(1, limit), mostRecipients)))
            SELECT t.contact_id, t.clicks, t.last_click, c.email, c.name FROM top t
            LEFT JOIN contacts c ON c.tenant_id = \(tenantID) AND c.id = t.contact_id
            ORDER BY t.clicks DESC, t.last_click DESC, t.contact_id
            """
        ).map { row in
            RecipientInsights.Person(
                contactID: try row.get("contact_id"),
                email: try row.get("email"),
                name: try row.get("name"),
                clicks: try row.get("clicks"),
                lastClick: try row.get("last_click")
            )
        }
    }
}
