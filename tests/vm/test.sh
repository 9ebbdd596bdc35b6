#!/usr/bin/env bash
# The tier of tests in virtual machines: the cases in cases/, and the kernel tests, on each stock kernel, side by side.
# What cannot run here is counted as skipped. The last line is "N passed, N failed, N skipped".
#   test.sh [TEXT]            only what has TEXT in its name
#   test.sh --started FILE    make FILE once all is built and the guests are started
#   BPFTRACE_VM_KERNELS       the kernels' series (6.1 6.12); empty for none
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
configuration=${CONFIGURATION:-Release}
runner=output/vm-tests
inputs=(tests/vm/cases "$runner/BpfTrace.KernelTests.dll")
started=
if [ "${1:-}" = --started ]; then
  started=$2
  shift 2
fi
filter=${1:-}
passed=0 failed=0 skipped=0

add_counts() { # LOG: false when it has no last line with counts
  local last
  last=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$1" | tail -n 1) || return 1
  read -r -a last <<<"$last"
  passed=$((passed + last[0])) failed=$((failed + last[2])) skipped=$((skipped + last[4]))
}

skip_all() { # SERIES WHY
  local cases
  cases=$(cat tests/vm/cases/*.case | grep -c '^case:')
  echo "SKIP all $cases cases on Linux $1: $2"
  skipped=$((skipped + cases))
}

# Where the guests' outputs are kept apart, and the guests: they end with this script, however it ends.
logs=$(mktemp -d)
guests=()
clean_up() {
  [ ${#guests[@]} -eq 0 ] || kill "${guests[@]}" 2>/dev/null || true
  wait
  rm -rf "$logs"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

folders=()
for series in ${BPFTRACE_VM_KERNELS-6.1 6.12}; do
  if [ "$(id -u)" -ne 0 ]; then
    skip_all "$series" "the guest's files are this machine's, read as root"
  elif folder=$(tests/vm/vm.sh fetch "$series" 2>"$logs/fetch"); then
    folders+=("$folder")
  else
    skip_all "$series" "$(tail -n 1 "$logs/fetch")"
  fi
done

if [ ${#folders[@]} -gt 0 ]; then
  echo "  $ dotnet publish tests/BpfTrace.VmTests -c $configuration -o $runner"
  dotnet publish tests/BpfTrace.VmTests -c "$configuration" -o "$runner" -v quiet -nologo </dev/null
  # What no kernel's version can change is run on this machine's own kernel, and here only where that cannot run anything, or by name.
  share=0
  [ -z "$filter" ] && output/cli/bpft -e 'begin { exit(); }' >/dev/null 2>&1 </dev/null || share=1
  # Each guest is emulated by one thread, so each can have a processor of its own. Before tests that run at the same time they stand back.
  # No code is compiled a second time: where the CPU is emulated that takes longer than it can save.
  command="export DOTNET_TC_CallCountingDelayMs=1000000; $PWD/$runner/BpfTrace.VmTests ${inputs[*]} --filter '$filter'"
  for folder in "${folders[@]}"; do
    nice -n 10 tests/vm/vm.sh run "$folder" "$command --share $((share * (${#guests[@]} + 1)))/${#folders[@]}" >"$logs/${folder##*/}" 2>&1 </dev/null &
    guests+=($!)
    [ "$(nproc)" -gt 1 ] || wait "$!" || true
  done
fi

[ -z "$started" ] || : >"$started"

for index in "${!folders[@]}"; do
  status=0
  wait "${guests[index]}" || status=$?
  log=$logs/${folders[index]##*/}
  echo "Linux ${log##*/} (emulated, so slow):"
  sed 's/^/  /' "$log"
  # A guest that dies takes the rest of its cases with it: that is a failure, whatever passed before.
  if ! add_counts "$log"; then
    echo "  the guest gave no counts (exit status $status): counted as one failure"
    passed=$((passed + $(grep -c '^PASS ' "$log" || true))) failed=$((failed + 1 + $(grep -c '^FAIL ' "$log" || true)))
  elif [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    echo "  the guest ended with exit status $status: counted as one failure"
    failed=$((failed + 1))
  fi
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
