#!/bin/sh
# Makes .venv from nothing but python3, with exactly what requirements/$1.lock names.
set -eu
lock=${1:?runtime or develop}
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Letterhead needs Python 3.11 or later, and $python is $("$python" --version 2>&1 || echo missing)." >&2
    echo "Name another one: make PYTHON=python3.12 …" >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing python3-venv …"
        apt-get update -qq && apt-get install -qq -y --no-install-recommends python3-venv >/dev/null
    else
        echo "Python's venv module is missing. Install it, then try again:" >&2
        echo "    sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing what requirements/$lock.lock names into .venv …"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
.venv/bin/python -m pip install --quiet --require-hashes --requirement "requirements/$lock.lock"
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
touch ".venv/$lock.stamp"
