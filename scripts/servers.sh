#!/bin/sh
# The servers against which the tests run: Knot DNS, NSD, Unbound and PostgreSQL, from the distribution; and
# the programs named as arguments, which are measured beside ours and whose packages have their names.
# They are started by the tests themselves, on loopback; nothing is left running.
set -eu
missing=
for peer in "$@"; do command -v "$peer" >/dev/null || missing="$missing $peer"; done
command -v knotd >/dev/null || [ -x /usr/sbin/knotd ] || missing="$missing knot"
command -v nsd >/dev/null || [ -x /usr/sbin/nsd ] || missing="$missing nsd"
command -v unbound >/dev/null || [ -x /usr/sbin/unbound ] || missing="$missing unbound"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql-15"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing$(echo " $missing" | tr -s ' ') …"
    # Their services must not start by themselves: the tests bring their own, at ports of their own.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod +x /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
else
    echo "What needs$(echo " $missing" | tr -s ' ') can't run here. To have it: sudo apt-get install $missing" >&2
fi
