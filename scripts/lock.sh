#!/bin/sh
# Resolves requirements/*.in for every platform and Python from 3.11 on, with hashes and without any address.
set -eu
cd "$(dirname "$0")/../requirements"
for name in runtime develop; do
    ../.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --upgrade "$name.in" --output-file "$name.lock"
done
