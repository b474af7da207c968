#!/usr/bin/env bash
# Prints the benchmarks as a table and writes them as JSON lines to .local/bench/results.jsonl. Arguments go to the benchmark
# program, for example: scripts/bench.sh --only dispatch --runs 1. See docs/benchmarks.md.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
source "$here/lib/ports.sh"
source "$here/lib/processes.sh"
source "$here/lib/suite.sh"
cd "$project_root"

# shellcheck disable=SC2034 # read by lib/suite.sh
environment=bench
# shellcheck disable=SC2034
first_port=3211
export COMM_BENCHMARKS=1

suite_folders
suite_lock
scripts/packages.sh
command -v wrk >/dev/null || {
    ((EUID == 0)) || die "wrk is missing: sudo apt-get install --no-install-recommends wrk"
    say "Debian package needed: wrk"
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends wrk >&2
}

# The inliners and queues that ours are compared with, at the versions that docs/benchmarks.md has figures of.
peers="$suite_folder/peers"
if [[ ! -e $peers/complete ]]; then
    /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || {
        ((EUID == 0)) || die "python3-venv is missing: sudo apt-get install --no-install-recommends python3-venv"
        say "Debian package needed: python3-venv"
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends python3-venv >&2
    }
    say "installing css-inline, premailer, pgqueuer and pgmq in ${peers#"$project_root"/}"
    /usr/bin/python3 -m venv --clear "$peers"
    "$peers/bin/pip" install --quiet --disable-pip-version-check css-inline==0.23.1 premailer==3.10.0 \
        pgqueuer==1.6.0 pgmq==1.1.4 asyncpg==0.32.0 >&2
    touch "$peers/complete"
fi
newsletters=${COMM_NEWSLETTERS:-$project_root/../shared/data/newsletters}
[[ -d $newsletters ]] || newsletters=Tests/BrowserTests/Fixtures

say "building (release)"
for product in comm-bench comm-api comm-sender comm-stats commctl motorical-dev; do
    swift build -c release --quiet --product "$product"
done
programs=$(swift build -c release --show-bin-path)

trap 'scripts/services.sh stop bench >/dev/null 2>&1 || true' EXIT
trap 'exit 130' INT TERM
suite_prepare
say "measuring; this takes some minutes, and anything else that runs here spoils it"
"$programs/comm-bench" run --suite "$suite_folder" --programs "$programs" --output "$suite_folder/results.jsonl" \
    --newsletters "$newsletters" --python "$peers/bin/python" --peers Benchmarks/Peers "$@"
say "results: ${suite_folder#"$project_root"/}/results.jsonl"
