#!/usr/bin/env bash
# Installs the tool that tests the API against its own description, below .local/: nothing of the system is touched.
# Says so and ends well when it cannot be had; the test that needs it is then left out.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
source "$here/lib/output.sh"
source "$here/lib/paths.sh"
cd "$project_root"

version=4.32.5
folder=.local/schemathesis

[[ -x $folder/bin/schemathesis && $(cat "$folder/version" 2>/dev/null) == "$version" ]] && exit 0
say "installing schemathesis $version below $folder"
rm -rf "$folder"
if python3 -m venv "$folder" >&2 && "$folder/bin/pip" install -q --disable-pip-version-check "schemathesis==$version" >&2; then
    printf '%s\n' "$version" >"$folder/version"
else
    rm -rf "$folder"
    say "schemathesis could not be installed (Python 3 with venv and a package index are needed): its test is left out"
fi
