import Foundation
import Synchronization

/// The ids that this engine has taken, so that a job that was pushed twice is delivered once.
final class JobLedger: Sendable {
    private let taken = Mutex<Set<UUID>>([])

    /// Parts jobs into those seen for the first time and those seen before, also within the batch.
    func part(_ jobs: [DeliveryJob]) -> (fresh: [DeliveryJob], duplicates: [DeliveryJob]) {
        taken.withLock { taken in
            var fresh: [DeliveryJob] = []
            var duplicates: [DeliveryJob] = []
            for job in jobs {
                if taken.insert(job.id).inserted { fresh.append(job) } else { duplicates.append(job) }
            }
            return (fresh, duplicates)
        }
    }
}
