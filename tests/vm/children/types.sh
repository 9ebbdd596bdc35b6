#!/bin/sh
# Types a line at the prompt of a shell that has a terminal.
printf 'echo typed\nexit\n' | script -qc 'bash --norc -i' /dev/null >/dev/null 2>&1
