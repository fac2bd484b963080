#!/bin/sh
# Prints the path of a Chromium or Chrome. Where there is none it installs Debian's chromium if it
# may (root and apt-get); where it may not, it says what to install and fails.
find_one() {
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable chrome; do
        command -v "$name" 2>/dev/null && return 0
    done
    for path in "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        [ -x "$path" ] && { echo "$path"; return 0; }
    done
    return 1
}
find_one && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "no Chromium found; installing Debian's" >&2
    apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >&2
    find_one && exit 0
fi
echo "no Chromium or Chrome found: install the package 'chromium' (or set CHROMIUM to a browser's path), or run 'make test BROWSER=0'" >&2
exit 1
