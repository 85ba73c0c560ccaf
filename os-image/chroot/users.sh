#!/bin/sh
# users.sh ROOT TABLE: makes the users of the table before any package is configured, so that each keeps its number in every image.
set -eu
root=$1 table=$2
mkdir -p "$root/etc/initramfs-tools" "$root/usr/sbin"
while read -r name id home _; do
  case $name in '' | '#'*) continue ;; esac
  echo "$name:x:$id:" >>"$root/etc/group"
  echo "$name:!::" >>"$root/etc/gshadow"
  echo "$name:x:$id:$id::$home:/usr/sbin/nologin" >>"$root/etc/passwd"
  echo "$name:!*:1::::::" >>"$root/etc/shadow"
done <"$table"
# Package scripts shall not make the small start file system; the builder does, once.
printf 'update_initramfs=no\nbackup_initramfs=no\n' >"$root/etc/initramfs-tools/update-initramfs.conf"
