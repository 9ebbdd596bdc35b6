#!/bin/sh
# Keeps a CPU busy for about a tenth of a second, longer where it is emulated.
i=0
while [ $i -lt 60000 ]; do
  i=$((i + 1))
done
