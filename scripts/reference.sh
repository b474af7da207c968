#!/usr/bin/env bash
# Writes docs/configuration.md and .env.example from the declarations of the settings.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
cd "$project_root"

swift build --product commctl
commctl=$(swift build --show-bin-path)/commctl
"$commctl" config reference --format markdown >docs/configuration.md
"$commctl" config reference --format env >.env.example
say "docs/configuration.md and .env.example are written"
