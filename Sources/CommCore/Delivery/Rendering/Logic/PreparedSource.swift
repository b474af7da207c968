/// Where a value is taken from, its field found.
enum PreparedSource: Sendable {
    case field(Int)
    case item([String])
    case position(MergeSource.Position)

    init(_ source: MergeSource, in program: RenderProgram) throws(RenderError) {
        switch source {
        case .item(let path): self = .item(path)
        case .position(let position): self = .position(position)
        case .field(let name):
            guard let index = program.fields.firstIndex(of: name) else { throw RenderError(.invalidProgram, "there is no field \(name)") }
            self = .field(index)
        }
    }
}
