#!/bin/sh
# sudo systemd/install/install.sh [options of `npm run install-service`]: the same on a machine that has no Node yet. Debian's own is enough
# to begin with: the set-up brings the one that the program runs on.
set -eu
cd "$(dirname "$0")/../.."
if [ "$(id -u)" -ne 0 ]; then
	echo "install.not_root: a service is installed by root" >&2
	echo "  sudo $0" >&2
	exit 1
fi
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	if ! command -v apt-get >/dev/null; then
		echo "install.distribution: this is neither Debian nor Raspberry Pi OS" >&2
		echo "  Run it in a container there: systemd/README.md." >&2
		exit 1
	fi
	echo "installing from Debian: nodejs, npm"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -q install -y --no-install-recommends nodejs npm || {
		apt-get -q update
		apt-get -q install -y --no-install-recommends nodejs npm
	}
fi
exec npm run --silent install-service -- "$@"
