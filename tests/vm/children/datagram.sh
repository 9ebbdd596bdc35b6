#!/bin/bash
# Sends a datagram of five bytes and one of 8000 to a port of this machine where nobody listens. For bash: it has /dev/udp.
printf hello >/dev/udp/127.0.0.1/9099
dd if=/dev/zero bs=8000 count=1 2>/dev/null >/dev/udp/127.0.0.1/9099
sleep 1
