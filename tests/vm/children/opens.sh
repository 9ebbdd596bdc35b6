#!/bin/sh
# Opens /etc/passwd ten times.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  : </etc/passwd
done
