#!/usr/bin/env bash
# How long it takes to attach many kprobes, beside bpftrace, in the same guest: from the start of the command until its probes are attached, and until
# it has ended with all of them taken away. Each measured RUNS times, the best counts; then the ratio, below 1 where we are quicker.
#   attach-speed.sh [SERIES...]     in a guest of each series (6.1 6.12)
#   attach-speed.sh --here          on this machine, which should be one's own
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bpft=${BPFT:-output/cli/bpft}
bpftrace=${BPFTRACE:-/usr/bin/bpftrace}
runs=${RUNS:-3}
patterns=('kprobe:vfs_*' 'kprobe:tcp_*' 'kprobe:tcp_v4_connect')

now() { echo $((${EPOCHREALTIME/./} / 1000)); }

measure() { # COMMAND PATTERN: sets attached and ended to milliseconds
  local start line
  attached=
  start=$(now)
  while read -r line; do
    case $line in *__BPFTRACE_NOTIFY_PROBES_ATTACHED*) attached=$(($(now) - start)) ;; esac
  done < <(__BPFTRACE_NOTIFY_PROBES_ATTACHED=1 "$1" -e "$2 { @ = count(); } interval:ms:200 { exit(); }" 2>&1)
  wait $! || { echo "$1 failed with '$2'" >&2; exit 1; }
  ended=$(($(now) - start))
  [ -n "$attached" ] || { echo "$1 attached nothing with '$2'" >&2; exit 1; }
}

best() { # COMMAND PATTERN: sets best_attached and best_ended
  local run
  best_attached=999999 best_ended=999999
  for ((run = 0; run < runs; run++)); do
    measure "$1" "$2"
    [ "$attached" -ge "$best_attached" ] || best_attached=$attached
    [ "$ended" -ge "$best_ended" ] || best_ended=$ended
  done
}

ratio() { echo "$(($1 * 100 / $2))" | sed -E 's/^(..?)$/0\1/; s/^(..)$/0\1/; s/(..)$/.\1/'; }

here() {
  local pattern theirs_attached theirs_ended
  printf '%-24s %10s %10s %6s %12s %12s %6s\n' "$(uname -r)" attached bpftrace ratio ended bpftrace ratio
  for pattern in "${patterns[@]}"; do
    best "$bpftrace" "$pattern"
    theirs_attached=$best_attached theirs_ended=$best_ended
    best "$bpft" "$pattern"
    printf '%-24s %7s ms %7s ms %6s %9s ms %9s ms %6s\n' "$pattern" "$best_attached" "$theirs_attached" "$(ratio "$best_attached" "$theirs_attached")" \
      "$best_ended" "$theirs_ended" "$(ratio "$best_ended" "$theirs_ended")"
  done
}

case ${1:-} in
  --here) here ;;
  *)
    [ $# -gt 0 ] || set -- 6.1 6.12
    for series; do
      folder=$(tests/vm/vm.sh fetch "$series")
      VM_TIMEOUT=${VM_TIMEOUT:-900} tests/vm/vm.sh run "$folder" "RUNS=$runs BPFT=$bpft BPFTRACE=$bpftrace tests/vm/attach-speed.sh --here"
    done
    ;;
esac
