#!/usr/bin/env bash
# The suite in the foreground for development: debug build, own data in .local/run, the logs of all programs interleaved.
# Ctrl-C stops everything.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
source "$here/lib/ports.sh"
source "$here/lib/processes.sh"
source "$here/lib/suite.sh"
cd "$project_root"

environment=run
first_port=3111

suite_folders
suite_lock
scripts/packages.sh
swift build
programs=$(swift build --show-bin-path)

followers=()
finish() {
    trap - EXIT INT TERM
    say "stopping"
    suite_stop
    scripts/services.sh stop run
    ((${#followers[@]} == 0)) || kill "${followers[@]}" 2>/dev/null || true
}
trap finish EXIT
trap 'exit 130' INT TERM

suite_prepare
suite_start
for name in "${suite_processes[@]}"; do
    tail --lines=+1 --follow=name "$log_folder/$name.log" > >(sed --unbuffered "s/^/$(printf '%-16s' "$name") | /") 2>/dev/null &
    followers+=("$!")
done
say "comm-api on $api_url, the platform's stand-in on $platform_url; Ctrl-C stops everything"

while sleep 1; do
    for name in "${suite_processes[@]}"; do
        process_alive "$name" || die "$name has ended; its log is ${log_folder#"$project_root"/}/$name.log"
    done
done
