#!/bin/sh
# Makes a Debian 12 machine a kiosk that shows one exported file, from power on, for ever.
#
#   sudo deploy/kiosk/install.sh kiosk.html              the file that `story export --kiosk` wrote
#   sudo deploy/kiosk/install.sh --page                  this checkout's Streamlit page instead
#   deploy/kiosk/install.sh --dry-run kiosk.html         say what would be done, and do nothing
#
# May be run again at any time, with the same file or a newer one: what is as it should be stays,
# and a file is exchanged in one step. DESTDIR=folder puts the files there and leaves packages,
# user and services alone.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
checkout=$(dirname "$(dirname "$here")")
root=${DESTDIR:-}
opt=/opt/petrograd
dry=
page=
file=
changed=

stop() { echo "error: $*" >&2; exit 2; }
say() { echo "$*"; }
# does a thing, or says it
act() { if [ "$dry" ]; then say "would run: $*"; else "$@"; fi; }

while [ $# -gt 0 ]; do
    case $1 in
        --dry-run) dry=1 ;;
        --page) page=1 ;;
        -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "$0"; exit 0 ;;
        -*) stop "$1 is no option; there are --dry-run and --page" ;;
        *) [ -z "$file" ] || stop "one file is enough, and $file and $1 are two"; file=$1 ;;
    esac
    shift
done
if [ "$page" ]; then
    [ -z "$file" ] || stop "with --page no file is shown; leave out $file"
    [ -f "$checkout/streamlit_app.py" ] || stop "$checkout is no checkout of the story"
else
    [ "$file" ] || stop "which file? Make it with: python -m story export kiosk.html --kiosk"
    [ -f "$file" ] && [ -r "$file" ] || stop "$file is not there, or cannot be read"
    grep -q petrogradKiosk "$file" || stop "$file was not exported with --kiosk"
fi
if [ -z "$root" ] && [ -z "$dry" ]; then
    [ "$(id -u)" = 0 ] || stop "only root may install; use sudo, or --dry-run to look"
    command -v apt-get > /dev/null || stop "this is for Debian; docs/kiosk.md tells of other systems"
fi

# put FROM TO MODE: FROM stands at TO, whole at every moment
put() {
    to=$root$2
    if cmp -s "$1" "$to" && [ "$(stat -c %a "$to")" = "$3" ]; then return; fi
    changed=1
    if [ "$dry" ]; then say "would write: $to"; return; fi
    mkdir -p "$(dirname "$to")"
    install -m "$3" "$1" "$to.new"
    sync "$to.new"
    mv -f "$to.new" "$to"
    say "written: $to"
}

packages="cage chromium fonts-dejavu-core fonts-liberation python3 seatd xwayland"
[ -z "$page" ] || packages="$packages make python3-venv"
if [ -z "$root" ]; then
    missing=
    for package in $packages; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed || missing="$missing $package"
    done
    if [ "$missing" ]; then
        act apt-get update -q
        # shellcheck disable=SC2086  # a list of names
        act env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
    fi
    id kiosk > /dev/null 2>&1 ||
        act useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin kiosk
fi

[ -z "$file" ] || put "$file" $opt/kiosk.html 644
put "$here/start.html" $opt/start.html 644
put "$here/keep.py" $opt/keep.py 755
put "$checkout/docs/kiosk.md" $opt/kiosk.md 644
put "$here/policies.json" /etc/chromium/policies/managed/petrograd.json 644
put "$here/kiosk.service" /etc/systemd/system/kiosk.service 644
if [ "$page" ]; then
    put "$here/petrograd-page.service" /etc/systemd/system/petrograd-page.service 644
fi
# settings of the machine are its own: they are laid down once and never written over
if [ ! -e "$root/etc/default/petrograd-kiosk" ]; then
    put "$here/kiosk.default" /etc/default/petrograd-kiosk 644
fi
if [ "$page" ]; then
    act mkdir -p "$root$opt/source"
    for part in streamlit_app.py story events geo .streamlit Makefile pyproject.toml requirements.txt; do
        act cp -RT --preserve=timestamps "$checkout/$part" "$root$opt/source/$part"
    done
    [ -n "$root" ] || act make -C "$opt/source" setup
    changed=1
fi

if [ -z "$root" ]; then
    shown=kiosk.html
    [ -z "$page" ] || shown=start.html
    # which of the two is shown is said in a file of its own, for this script to write
    drop=/etc/systemd/system/kiosk.service.d/shown.conf
    made=$(mktemp)
    printf '[Service]\nEnvironment=PETROGRAD_ADDRESS=file://%s/%s\n' "$opt" "$shown" > "$made"
    put "$made" $drop 644
    rm -f "$made"
    act systemctl daemon-reload
    act systemctl set-default -q multi-user.target
    act systemctl enable -q seatd.service kiosk.service
    if [ "$page" ]; then
        act systemctl enable -q petrograd-page.service
        act systemctl restart petrograd-page.service
    elif [ -e /etc/systemd/system/petrograd-page.service ]; then
        act systemctl disable -q --now petrograd-page.service
    fi
    if [ "$changed" ]; then
        act systemctl restart kiosk.service
    else
        act systemctl start kiosk.service
    fi
fi
if [ "$dry" ]; then say "nothing was done"; elif [ "$changed" ]; then say "installed"; else say "everything is as it should be"; fi
