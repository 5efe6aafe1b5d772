# What the gates share. Sourced, not run.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
# Nothing is built twice where everything is built once.
[ -z "${CI-}" ] || export CARGO_INCREMENTAL=0

# The tests as the README's command builds them: gates that run some of them share what is built.
all_tests=(cargo test --locked --workspace --features local)

# need COMMAND PACKAGE: installs a Debian package when the command is missing.
need() {
    command -v "$1" >/dev/null && return
    printf 'installing %s\n' "$2"
    local as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -qq -y "$2" >/dev/null
}
