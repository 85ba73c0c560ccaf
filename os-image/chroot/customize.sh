#!/bin/sh
# customize.sh ROOT OS_IMAGE PLAN: makes an appliance of a root with all packages: our files, the units' states, drivers that no box needs
# away, the start file system, and nothing left that differs from build to build. PLAN: lines "enable UNIT" and "mask UNIT".
# SOURCE_DATE_EPOCH, NUMBERBOX_ARCH and NUMBERBOX_DEBUG come from the builder.
set -eu
root=$1 source=$2 plan=$3
kernel=$(ls "$root/usr/lib/modules")
modules=$root/usr/lib/modules/$kernel

# Our own files are in the root by now (the builder unpacked them). Users of units that the table does not name.
chroot "$root" systemd-sysusers
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id"
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
echo numberbox >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n127.0.1.1\tnumberbox\n::1\tlocalhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"
mkdir -p "$root/data" "$root/bootconfig" "$root/var/cache/numberbox"

# A unit's state comes from the plan, not from what its package prefers.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  rauc-mark-good.service systemd-boot-update.service man-db.timer logrotate.timer; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
while read -r what unit; do
  case $what in
    enable) [ ! -e "$root/usr/lib/systemd/system/$unit" ] || chroot "$root" systemctl --no-reload enable "$unit" ;;
    mask) ln -sf /dev/null "$root/etc/systemd/system/$unit" ;;
  esac
done <"$plan"

# The firmware's device trees for the boot partition, and the kernel itself, before drivers go.
mkdir -p "$root/boot/dtbs"
for folder in "$root/usr/lib/linux-image-$kernel/broadcom" "$modules/dtb/broadcom"; do
  for tree in "$folder"/bcm2710*.dtb "$folder"/bcm2711*.dtb "$folder"/bcm2712*.dtb "$folder"/bcm2837*.dtb; do
    [ ! -e "$tree" ] || cp "$tree" "$root/boot/dtbs/"
  done
done
rm -rf "$modules/dtb" "$modules/vmlinuz" "$root/usr/lib/linux-image-$kernel"
# Simulated radios, to try the Wi-Fi of a virtual machine: `modprobe mac80211_hwsim`.
hwsim=$(find "$modules/kernel/drivers/net/wireless" -name 'mac80211_hwsim.ko*' | head -n 1)
if [ "${NUMBERBOX_DEBUG:-0}" = 1 ] && [ -n "$hwsim" ]; then
  mkdir -p "$modules/kernel/extra"
  cp "$hwsim" "$modules/kernel/extra/"
fi
while read -r path; do
  case $path in '' | '#'*) continue ;; esac
  # shellcheck disable=SC2086 # the table holds patterns
  (cd "$modules/kernel" && rm -rf $path)
done <"$source/drivers-left-out.txt"
chroot "$root" depmod "$kernel"
# The Pi 5's Wi-Fi has the module of the Pi 4 and no settings of its own in Debian.
wifi=$root/usr/lib/firmware/brcm/brcmfmac43455-sdio.raspberrypi
[ ! -e "$wifi,4-model-b.txt" ] || ln -sf brcmfmac43455-sdio.raspberrypi,4-model-b.txt "$wifi,5-model-b.txt"

if [ "${NUMBERBOX_DEBUG:-0}" = 1 ]; then
  mkdir -p "$root/etc/systemd/system/serial-getty@.service.d"
  printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root --noclear --keep-baud 115200,38400,9600 %%I vt220\n' \
    >"$root/etc/systemd/system/serial-getty@.service.d/debug.conf"
fi

chroot "$root" update-initramfs -c -k "$kernel"

# What differs from build to build, and what nobody reads.
rm -rf "$root"/var/log/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/cache/debconf/* "$root"/var/cache/ldconfig/aux-cache \
  "$root"/var/lib/systemd/random-seed "$root"/var/lib/systemd/catalog/database "$root"/tmp/* "$root"/root/.??* "$root"/run/* \
  "$root"/etc/ssh/ssh_host_* "$root"/etc/*- "$root"/var/lib/dpkg/*-old "$root"/var/backups/* "$root"/etc/apt/sources.list \
  "$root"/var/lib/ucf/*.[0-9] "$root"/var/lib/ucf/registry.* "$root"/usr/share/perl5/*/*.pod
mkdir -p "$root/var/log/asterisk/cdr-csv" "$root/var/log/mosquitto" "$root/var/cache/apt/archives/partial" "$root/var/lib/apt/lists/partial"
chroot "$root" chown -R asterisk:asterisk /var/log/asterisk
chroot "$root" chown mosquitto:mosquitto /var/log/mosquitto
# Without these ldconfig and others would run at every start of a system that cannot keep what they make.
for folder in etc var; do
  printf '# image build time\nTIMESTAMP_NSEC=%s000000000\n' "$SOURCE_DATE_EPOCH" >"$root/$folder/.updated"
done
touch -d "@$SOURCE_DATE_EPOCH" "$root/usr"
