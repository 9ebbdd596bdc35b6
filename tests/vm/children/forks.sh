#!/bin/sh
# Starts three processes.
for i in 1 2 3; do
  (: "$i")
done
