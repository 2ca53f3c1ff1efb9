#!/usr/bin/env bash
# Sees to the servers that connectors of sources are tried against: MariaDB, OpenSSH's, Dovecot and Mosquitto, from the
# distribution, as root. An ordinary user is told how to get them and goes on without: those tests are skipped. With CI=true a missing
# server is an error. The tests start the servers themselves, unprivileged; no service of the system is touched.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

packages=(mariadb-server-core mariadb-client-core openssh-server openssh-sftp-server dovecot-imapd mosquitto)

has_peers() {
    PATH="$PATH:/usr/sbin:/usr/bin"
    command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null &&
        command -v my_print_defaults >/dev/null && command -v sshd >/dev/null &&
        command -v dovecot >/dev/null && command -v mosquitto >/dev/null
}

has_peers && exit 0
if is_root && has_apt; then
    # No service of the system is to be started.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod +x /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    apt_install "${packages[@]}" || true
    has_peers && exit 0
fi
[ "${CI:-}" != true ] || fail "Servers for the tests of connectors are missing; as root: apt-get install ${packages[*]}"
say "No MariaDB, OpenSSH, Dovecot or Mosquitto server: tests of connectors against them are skipped. As root: apt-get install ${packages[*]}"
