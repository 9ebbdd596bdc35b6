#!/bin/sh
# Calls malloc, and is still there when its stack is given names. Only builtins: the shell itself is what is traced.
count=0
while [ "$count" -lt 300000 ]; do
  count=$((count + 1))
done
