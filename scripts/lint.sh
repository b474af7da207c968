#!/usr/bin/env bash
# Formatting, shell syntax and patterns that have no place in the sources.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
cd "$project_root"

failed=0
swift_places=()
for place in Sources Tests Benchmarks Package.swift; do
    [[ ! -e $place ]] || swift_places+=("$place")
done
mapfile -t shell_files < <(find scripts .ci -type f ! -name '*.sql' | sort)

# forbid PATTERN REASON PLACE…: fails when a Swift file matches.
forbid() {
    local pattern=$1 reason=$2
    shift 2
    if grep --recursive --line-number --include='*.swift' --exclude-dir=.build --extended-regexp "$pattern" "$@" >&2; then
        note "not allowed: $reason"
        failed=1
    fi
}

say "swift format"
swift format lint --strict --parallel --recursive "${swift_places[@]}" || failed=1

say "shell scripts"
for file in "${shell_files[@]}"; do bash -n "$file" || failed=1; done
if command -v shellcheck >/dev/null; then
    shellcheck --external-sources --source-path=SCRIPTDIR --exclude=SC1090,SC1091,SC2153 "${shell_files[@]}" || failed=1
fi

say "forbidden patterns"
forbid '(^|[^[:alnum:]_])try!' 'a failure must be handled' "${swift_places[@]}"
forbid '(^|[^[:alnum:]_])as!' 'a cast may fail' "${swift_places[@]}"
forbid '(^|[^[:alnum:]_.])fatalError\(' 'a daemon does not abort' Sources
forbid '(TODO|FIXME|XXX)([^[:alnum:]_]|$)' 'finish it or open an issue' "${swift_places[@]}"

((failed == 0)) || die "lint found something"
say "clean"
