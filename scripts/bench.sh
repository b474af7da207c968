#!/usr/bin/env bash
# Prints the benchmarks as a table and writes them as JSON lines to .local/bench/. Arguments go to the benchmark program.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
cd "$project_root"

[[ -e Benchmarks/Package.swift ]] || die "there is no Benchmarks/Package.swift"
scripts/packages.sh
scripts/services.sh start bench
trap 'scripts/services.sh stop bench >/dev/null 2>&1 || true' EXIT
trap 'exit 130' INT TERM

source .local/bench/services.env
export POSTGRES_URL REDIS_URL POSTGRES_SOCKET REDIS_SOCKET
say "building (release)"
swift build -c release --quiet
swift build -c release --quiet --package-path Benchmarks
swift run -c release --skip-build --package-path Benchmarks bench --output .local/bench "$@"
