#!/bin/sh
# What a stranger does on a machine that has nothing: in a minimal Debian in a folder of its own, clone this tree and
# run a command of ./dev. Needs root and debootstrap; packages come from where this machine gets its own.
#
#   fresh-debian.sh [COMMAND...]         by default: ./dev test
set -eu
[ "$(id -u)" -eq 0 ] || {
	echo "$0: chroot needs root" >&2
	exit 1
}
[ $# -gt 0 ] || set -- ./dev test
source=$(cd "$(dirname "$0")/../.." && pwd)
suite=${SUITE:-bookworm}

mirror() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
		sed -nE "s/^URIs: *([^ ]+).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]+) $suite .*/\2/p" |
		grep -m 1 '/debian/*$' || true # debootstrap knows one of its own
}

root=$(mktemp -d)
chmod 755 "$root"
finish() {
	umount "$root/proc" "$root/dev" 2>/dev/null || true
	# Never through a mount that would not go.
	mountpoint -q "$root/proc" || mountpoint -q "$root/dev" || rm -rf "$root"
}
trap finish EXIT
trap 'exit 130' INT TERM

debootstrap --variant=minbase --include=git "$suite" "$root" $(mirror)
# How this machine reaches its mirror, and who it trusts for that.
for path in /etc/apt/apt.conf /etc/apt/apt.conf.d /etc/resolv.conf /etc/hosts; do
	[ ! -e "$path" ] || cp -rL "$path" "$root$(dirname "$path")/"
done
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

git clone --quiet "$source" "$root/clusterfy"
chroot "$root" /usr/bin/env -i CI=true PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
	${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
	sh -c 'cd /clusterfy && exec "$@"' - "$@" </dev/null
