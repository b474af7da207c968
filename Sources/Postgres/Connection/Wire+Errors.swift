import CLibPQ

extension Wire {
    /// The error that a result stands for; nil if it is none.
    func failure(in result: OpaquePointer) -> PostgresError? {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC:
            return nil
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            isBroken = true
            return PostgresError(.invalidInput, "a COPY must be started through copyIn; the connection was closed")
        default:
            return serverError(result)
        }
    }

    private func serverError(_ result: OpaquePointer) -> PostgresError {
        let state = Self.field(result, .sqlState)
        let message = Self.field(result, .message) ?? PQresultErrorMessage(result).map { String(cString: $0).singleLine } ?? ""
        var error = PostgresError(code(state), message, sqlState: state)
        error.constraint = Self.field(result, .constraint)
        error.table = Self.field(result, .table)
        error.detail = Self.field(result, .detail)
        error.context = Self.field(result, .context).flatMap(Self.withoutValues)
        let isChangedPlan = state == SQLState.featureNotSupported && Self.field(result, .sourceFunction) == "RevalidateCachedQuery"
        error.isStalePlan = isChangedPlan || state == SQLState.invalidStatementName
        return error
    }

    private func code(_ state: String?) -> PostgresError.Code {
        if PQstatus(connection) == CONNECTION_BAD {
            isBroken = true
            return .connectionClosed
        }
        return state == SQLState.queryCanceled ? .timeout : .server
    }

    private static func field(_ result: OpaquePointer, _ field: DiagnosticField) -> String? {
        PQresultErrorField(result, Int32(field.rawValue.value)).map { String(cString: $0) }
    }

    /// The server's context up to where it quotes a value: `COPY contacts, line 3, column email: "…"`.
    private static func withoutValues(_ context: String) -> String? {
        let lines = context.split(whereSeparator: \.isNewline)
        guard let line = lines.first(where: { $0.hasPrefix("COPY ") || $0.hasPrefix("PL/pgSQL function ") }) else { return nil }
        return line.firstRange(of: ": \"").map { String(line[..<$0.lowerBound]) } ?? String(line)
    }
}

/// The fields of an error message (PostgreSQL manual, protocol, "Error and Notice Message Fields"); C has them as character macros.
private enum DiagnosticField: Unicode.Scalar {
    case sqlState = "C"
    case message = "M"
    case detail = "D"
    case context = "W"
    case table = "t"
    case constraint = "n"
    case sourceFunction = "R"
}
