#!/bin/sh
# What the demo watches: a shell that opens some files, a few times a second, for about three seconds. One is not there.
exec 2>/dev/null
for round in 1 2 3; do
  for file in /etc/hostname /etc/os-release /etc/passwd /proc/self/status /no/such/file; do
    { read -r line <"$file"; }
    sleep 0.2
  done
done
: "$round" "$line"
