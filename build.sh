#!/usr/bin/env bash
# The tasks of this project, for a machine that has the .NET SDK and perhaps no PowerShell yet.
# Build.ps1 has the same tasks and calls the same dotnet commands.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# On Debian 12 the SDK runs without libicu only in this mode; nothing here formats by culture.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

configuration=${CONFIGURATION:-Release}
results=output/test-results
. build/lib.sh

usage() {
  cat <<'TEXT'
usage: ./build.sh TASK

  build     the module into module/bin, the command line into output/cli/bpft
  test      build, then all tests: pure, ABI, kernel (root), VM (root, QEMU), PowerShell (where pwsh is)
  demo      trace the live kernel for some seconds: the files opened by a child started for it (root)
  package   the importable module into output/BpfTrace/<version>/
  clean     remove what the other tasks made

What is missing is installed by package name on Debian and Ubuntu; elsewhere it is named, and the task stops.
TEXT
}

task_build() {
  need_dotnet
  need_libllvm
  want_libclang
  want_libdw
  say "building the module into module/bin"
  rm -rf module/bin
  run dotnet publish src/BpfTrace.Commands -c "$configuration" -o module/bin
  say "building the command line into output/cli"
  rm -rf output/cli
  run dotnet publish src/BpfTrace.Cli -c "$configuration" -o output/cli
  say "built: Import-Module ./BpfTrace.psd1, or output/cli/bpft"
}

task_test() {
  task_build
  need_test_packages
  want_chromium
  rm -rf "$results"
  mkdir -p "$results"
  # It uses all processors, and measures times.
  test_project BpfTrace.Tests
  # The others mostly wait. What they leave of two processors the guests take (tests/vm/README.md).
  [ "$(nproc)" -lt 2 ] || start_guests
  test_project BpfTrace.KernelTests
  test_project BpfTrace.PowerShellTests
  say "testing in virtual machines with stock kernels"
  if [ -n "$guests" ]; then
    await_guests
  else
    run_counted bash tests/vm/test.sh
  fi
  show_failures
  echo
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
}

test_project() { # NAME
  say "testing $1"
  run_xunit "tests/$1/$1.csproj" "$1"
}

# The virtual machines in the background, once all for them is built: nothing may build beside what builds. They end with this script.
guests=
start_guests() {
  local started=$results/vm.started
  say "starting virtual machines in the background"
  trap '[ -z "$guests" ] || kill "$guests" 2>/dev/null || true' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  bash tests/vm/test.sh --started "$started" >"$results/vm.log" 2>&1 </dev/null &
  guests=$!
  until [ -e "$started" ] || ! kill -0 "$guests" 2>/dev/null; do sleep 0.2; done
}

await_guests() {
  local status=0
  wait "$guests" || status=$?
  guests=
  cat "$results/vm.log"
  add_counted "bash tests/vm/test.sh" "$results/vm.log" "$status"
}

task_demo() {
  need_live_kernel
  task_build
  local pwsh
  pwsh=$(find_pwsh)
  if [ -n "$pwsh" ]; then
    say "demo: the module in $pwsh traces what a child of its own opens"
    "$pwsh" -NoProfile -NonInteractive -File build/demo/demo.ps1
  else
    say "demo: no pwsh here (PATH, BPFTRACE_PWSH), so the command line traces what a child of its own opens"
    output/cli/bpft -c 'sh build/demo/child.sh' build/demo/opens.bt
  fi
}

task_package() {
  task_build
  local version target
  version=$(sed -n "s/^ *ModuleVersion *= *'\(.*\)'.*/\1/p" BpfTrace.psd1)
  target=output/BpfTrace/$version
  say "packaging into $target"
  rm -rf "$target"
  mkdir -p "$target"
  cp -r BpfTrace.psd1 CHANGELOG.md LICENSE README.md THIRD-PARTY-NOTICES.md module "$target/"
  mkdir -p "$target/examples"
  cp examples/*.bt "$target/examples/"
  rm -r "$target/module/en-US" # the help lies beside the assembly
  find "$target" -name '*.pdb' -delete
  say "packaged: Import-Module ./$target/BpfTrace.psd1"
}

task_clean() {
  say "removing module/bin, output, and every bin and obj"
  rm -rf module/bin output
  find src tests -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
}

case ${1:-} in
  build | test | demo | package | clean) "task_$1" ;;
  -h | --help | help) usage ;;
  *) usage >&2; exit 2 ;;
esac
