# Shared by the scripts beside it; sourced, not run. Expects to be sourced from the root of the repository.

VENV=.venv

say() { printf '==> %s\n' "$*"; }

fail() {
    printf '%s\n' "$@" >&2
    exit 2
}

is_root() { [ "$(id -u)" -eq 0 ]; }

has_apt() { command -v apt-get >/dev/null; }

# apt_install PACKAGE…: as root, with fresh lists, waiting for whoever holds the lock of dpkg.
apt_install() {
    say "apt-get install $*"
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}
