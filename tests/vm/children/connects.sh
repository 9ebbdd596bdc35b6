#!/bin/sh
# Sends 8 KiB over a connection of its own, by IPv4 to port 8044 and by IPv6 to port 8066.
# Nobody writes into this: the one that listens reads nothing from it, and does not end before the other has.
open=$(mktemp -u)
mkfifo "$open"
for end in '127.0.0.1 8044' '::1 8066'; do
  # shellcheck disable=SC2086 # Address and port.
  set -- $end
  busybox nc -l -p "$2" <>"$open" >/dev/null &
  # Ports in hexadecimal, and 0A for one that listens.
  listening=":$(printf %04X "$2") [0:]* 0A "
  for _ in $(seq 100); do
    ! grep -q "$listening" /proc/net/tcp /proc/net/tcp6 || break
    sleep 0.1
  done
  dd if=/dev/zero bs=1k count=8 2>/dev/null | busybox nc "$1" "$2"
  wait
done
rm "$open"
