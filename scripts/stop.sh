#!/usr/bin/env bash
# Stops what demo and run started: the daemons, the platform's stand-in, PostgreSQL and Redis. Data stays.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
source "$here/lib/processes.sh"
source "$here/lib/suite.sh"
cd "$project_root"

for environment in demo run; do
    [[ -d $(environment_folder "$environment") ]] || continue
    suite_folders
    suite_stop
    scripts/services.sh stop "$environment"
done
