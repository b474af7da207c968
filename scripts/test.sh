#!/usr/bin/env bash
# Runs the tests on a private PostgreSQL and Redis. The last line is the test runner's own.
#
#   scripts/test.sh [--quick] [FILTER…]     a filter is a regular expression over "Target.Suite/test"; --quick leaves out
#                                           the tests that start daemons or the browser
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
cd "$project_root"

daemon_tests='(EndToEndTests|BrowserTests)\.'
is_quick=false
if [[ ${1:-} == --quick ]]; then
    is_quick=true
    shift
fi

scripts/packages.sh
scripts/services.sh start test
trap 'scripts/services.sh stop test >/dev/null 2>&1 || true' EXIT
trap 'exit 130' INT TERM

$is_quick || scripts/schemathesis.sh

source .local/test/services.env
export COMM_TEST_DB_URL="postgres://postgres@127.0.0.1:$POSTGRES_PORT/postgres"
export COMM_TEST_REDIS_URL="redis://127.0.0.1:$REDIS_PORT/0"

say "building"
swift build --build-tests
# So many tests at the same time: all of them at once wait for one another for longer than the times that they give their servers.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=100
run() { swift test --skip-build "$@"; }

if $is_quick; then
    say "testing, without daemons and browser"
    run --skip "$daemon_tests" "${@/#/--filter=}"
elif (($# > 0)); then
    say "testing $*"
    run "${@/#/--filter=}"
else
    # One after the other: what counts on a daemon's or a browser's time must not share the cores with what computes.
    say "testing, without daemons and browser"
    run --skip "$daemon_tests"
    say "testing in the browser"
    run --filter 'BrowserTests\.'
    say "testing the real daemons"
    run --filter 'EndToEndTests\.'
fi
