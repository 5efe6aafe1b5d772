# Sourced by build-cost and check-cost: small programs that load a configuration with one crate each.

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # the scripts that source this use it
all_subjects=(envaudit clap confique envconfig)

# These would make one machine's figures differ from another's in what is built.
unset RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_TARGET_DIR CARGO_INCREMENTAL

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# fields COUNT: name, key and type of the first fields of the benchmark's struct.
fields() {
    sed -nE 's/^ +([a-z_]+): \[([^]]+)\] = "([A-Z_]+)", .*;$/\1 \3 \2/p' "$here/src/fields.rs" | sed -n "1,$1p"
}

dependency() {
    if [ "$1" = envaudit ]; then
        printf 'envaudit = { path = "%s" }\n' "$here/../.."
    else
        sed -nE "s/^($1 = \\{.*), optional = true \\}\$/\\1 }/p" "$here/Cargo.toml"
    fi
}

# package FOLDER SUBJECT: the manifest, with the versions that the benchmark is locked to.
package() {
    mkdir -p "$1/src"
    cp -- "$here/Cargo.lock" "$1/Cargo.lock"
    {
        printf '[package]\nname = "%s"\nedition = "2024"\n\n[workspace]\n\n[dependencies]\n' "${1##*/}"
        dependency "$2"
    } >"$1/Cargo.toml"
}

# program SUBJECT COUNT: a main.rs that derives the configuration and loads it.
program() {
    local import struct='' field load name key type
    case $1 in
        clap) import=clap::Parser field='#[arg(long, env = "%s")]' load='try_parse()' ;;
        confique) import=confique::Config field='#[config(env = "%s")]' load='builder().env().load()' ;;
        envaudit) import=envaudit::EnvConfig struct='#[env(prefix = "APP_")]' field='' load='load()' ;;
        envconfig) import=envconfig::Envconfig field='#[envconfig(from = "%s")]' load='init_from_env()' ;;
        *) printf 'no program for %s\n' "$1" >&2; return 2 ;;
    esac
    printf '#![allow(dead_code)]\n\nuse %s;\n\n#[derive(%s)]\n%s\nstruct AppConfig {\n' \
        "$import" "${import##*::}" "$struct"
    fields "$2" | while read -r name key type; do
        # shellcheck disable=SC2059 # the attribute is the format
        printf "    $field\n" "$key"
        printf '    %s: %s,\n' "$name" "$type"
    done
    printf '}\n\nfn main() {\n    let _ = AppConfig::%s;\n}\n' "$load"
}

# plain_program COUNT: the same struct without a derive.
plain_program() {
    printf '#![allow(dead_code)]\n\nstruct AppConfig {\n'
    fields "$1" | while read -r name _ type; do
        printf '    %s: %s,\n' "$name" "$type"
    done
    printf '}\n\nfn main() {}\n'
}

# cpu_seconds COMMAND…: user and system seconds of the command and its children; its output goes to $scratch/log.
cpu_seconds() {
    local TIMEFORMAT='%U %S' status=0
    { time "$@" >"$scratch/log" 2>&1; } 2>"$scratch/times" || status=$?
    if [ "$status" -ne 0 ]; then
        cat -- "$scratch/log" >&2
        return "$status"
    fi
    awk '{ printf "%.3f\n", $1 + $2 }' "$scratch/times"
}
