/// One step of compiling.
///
/// A step that puts an issue into `CompileContext.errors` ends the compilation.
protocol CompileStage: Sendable {
    func run(_ context: inout CompileContext)
}
