#!/usr/bin/env bash
# Makes .venv with the locked dependencies and litso itself.
#
#   scripts/setup.sh run    what the program needs          (requirements.lock)
#   scripts/setup.sh dev    and what its development needs   (requirements-dev.lock)
#
# Needs Python 3.11+ and nothing else. PYTHON=… chooses the interpreter. The second run ends at once: a stamp in .venv
# holds the digest of all that the result depends on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

profile="${1:-run}"
case "$profile" in
    run) lock=requirements.lock stamps="run" ;;
    dev) lock=requirements-dev.lock stamps="run dev" ;;
    *) fail "usage: scripts/setup.sh run|dev" ;;
esac

digest() {
    { pwd; cat pyproject.toml requirements.lock requirements-dev.lock scripts/setup.sh; } | sha256sum | cut -d' ' -f1
}

is_done() {
    [ "$(cat "$VENV/.stamp-$profile" 2>/dev/null)" = "$(digest)" ] && "$VENV/bin/python" -c '' 2>/dev/null
}

# A copied or moved environment still names its old place in every script of bin/.
has_venv() {
    grep -qsF "$PWD/$VENV" "$VENV/bin/activate" && "$VENV/bin/python" -m pip --version >/dev/null 2>&1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info and sys.maxsize > 2**32))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
        if is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail "Litso needs a 64-bit Python 3.11 or newer; ${PYTHON:-python3} is not one." \
        "Debian 12+, Ubuntu 24.04+: apt-get install python3; or name another: make setup PYTHON=/path/to/python3"
}

# Debian keeps ensurepip in a package of its own, python3.X-venv.
make_venv() {
    local package
    rm -rf "$VENV"
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        "$python" -m venv "$VENV"
    elif is_root && has_apt; then
        package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
        apt_install "$package"
        "$python" -m venv "$VENV"
    elif "$python" -m venv --without-pip "$VENV" 2>/dev/null; then
        bring_pip
    else
        rm -rf "$VENV"
        fail "Python's module venv is missing and only root can install it: apt-get install python3-venv"
    fi
}

# An ordinary user without python3-venv: the system's pip serves, else Debian's package of pip, unpacked here.
bring_pip() {
    if "$python" -m pip --python "$VENV/bin/python" --version >/dev/null 2>&1; then
        say "python3-venv is missing: using the pip of $python"
        "$python" -m pip --python "$VENV/bin/python" install --quiet pip
    elif has_apt && command -v dpkg-deb >/dev/null; then
        say "python3-venv is missing and you are not root: unpacking Debian's pip into $VENV"
        unpack_pip
    else
        rm -rf "$VENV"
        fail "Neither python3-venv nor pip is there; as root: apt-get install python3-venv"
    fi
}

# apt-get works without root when its lists and archives are in a directory of ours.
unpack_pip() {
    local work="$PWD/$VENV/apt" wheel
    local -a apt=(apt-get -q -o "Dir::State=$work/state" -o "Dir::State::status=/var/lib/dpkg/status"
        -o "Dir::Cache=$work/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=
        -o Acquire::Languages=none)
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
    "${apt[@]}" update
    (cd "$work" && "${apt[@]}" download python3-pip-whl && dpkg-deb -x python3-pip-whl_*.deb .)
    wheel="$(echo "$work"/usr/share/python-wheels/pip-*.whl)"
    "$VENV/bin/python" "$wheel/pip" install --quiet --no-index "$wheel"
    rm -rf "$work"
}

install_locked() {
    local -a pip=("$VENV/bin/python" -m pip --disable-pip-version-check)
    say "installing the locked packages of $lock into $VENV"
    "${pip[@]}" install --require-hashes -r "$lock"
    say "installing litso itself"
    "${pip[@]}" install --quiet --no-deps --no-build-isolation --editable .
    "${pip[@]}" check
}

write_stamps() {
    local name
    for name in $stamps; do digest >"$VENV/.stamp-$name"; done
}

is_done && exit 0
python="$(find_python)"
if ! has_venv; then
    say "making $VENV with $("$python" --version), $python"
    make_venv
fi
install_locked
write_stamps
say "ready: $VENV/bin/litso"
