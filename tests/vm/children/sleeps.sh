#!/bin/sh
# Forty processes sleep at the same time.
for _ in $(seq 40); do
  sleep 2 &
done
wait
