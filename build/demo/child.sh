# What the demo watches: a shell that opens some files, a few times a second, for about three seconds.
for round in 1 2 3; do
  for file in /etc/hostname /etc/os-release /etc/passwd /proc/self/status /no/such/file; do
    { read -r line <"$file"; } 2>/dev/null
    sleep 0.2
  done
done
: "$round" "$line"
