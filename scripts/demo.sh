#!/usr/bin/env bash
# A whole campaign through the real daemons, from a fresh clone: packages, release build, private PostgreSQL and Redis,
# schema, platform stand-in, the three daemons, and `commctl demo`. Everything stays up until scripts/stop.sh.
#
#   scripts/demo.sh [RECIPIENTS]
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
source "$here/lib/ports.sh"
source "$here/lib/processes.sh"
source "$here/lib/suite.sh"
cd "$project_root"

recipients=${1:-1000}
[[ $recipients =~ ^[0-9]+$ ]] || die "RECIPIENTS must be a number, not \"$recipients\""
command -v swift >/dev/null || die "swift is not on the PATH; version 6.3 is needed"
environment=demo
first_port=3011

suite_folders
suite_lock
scripts/packages.sh
say "building (release); the first time takes some minutes"
swift build -c release
programs=$(swift build -c release --show-bin-path)

say "starting the suite"
suite_prepare
suite_start

outcome=0
suite_with_settings commctl "$programs/commctl" demo --recipients "$recipients" --api "$api_url" --platform "$platform_url" \
    --sink-index "$suite_folder/sink/index.tsv" --sink-store "$suite_folder/sink/mails" --result "$suite_folder/result.json" || outcome=$?
say "the suite stays up; make stop ends it. Logs: ${log_folder#"$project_root"/}"
exit "$outcome"
