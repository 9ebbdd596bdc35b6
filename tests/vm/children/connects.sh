# Sends 8 KiB over a connection of its own, by IPv4 to port 8044 and by IPv6 to port 8066.
for end in '127.0.0.1 8044' '::1 8066'; do
  set -- $end
  # The one that listens says nothing itself, and must not end before the other.
  sleep 3 | busybox nc -l -p "$2" >/dev/null &
  sleep 1
  dd if=/dev/zero bs=1k count=8 2>/dev/null | busybox nc "$1" "$2"
  wait
done
