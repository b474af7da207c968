import CLibPQ
import Glibc

extension Wire {
    /// Waits for notifications and returns all that have arrived, at least one.
    func waitForNotifications() throws -> [PostgresNotification] {
        while true {
            var notifications: [PostgresNotification] = []
            while let notification = PQnotifies(connection) {
                defer { PQfreemem(notification) }
                guard let channel = notification.pointee.relname, let payload = notification.pointee.extra else { continue }
                notifications.append(PostgresNotification(channel: String(cString: channel), payload: String(cString: payload)))
            }
            guard notifications.isEmpty else { return notifications }
            try wait(for: Int32(POLLIN))
        }
    }
}

extension PostgresConnection {
    /// Waits for notifications and returns all that have arrived, at least one.
    func notifications() async throws -> [PostgresNotification] {
        try await perform(.abandon) { try $0.waitForNotifications() }
    }
}
