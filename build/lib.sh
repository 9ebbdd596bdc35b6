# What build.sh needs to know about the machine. Sourced, never run.
# shellcheck shell=bash disable=SC2154 # results and configuration are those of build.sh.
passed=0 failed=0 skipped=0

say() { printf '==> %s\n' "$*"; }
die() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }
run() { printf '  $ %s\n' "$*"; "$@" -v quiet -nologo; }

need_dotnet() {
  local version
  command -v dotnet >/dev/null ||
    die "the .NET SDK 10 is missing: see https://learn.microsoft.com/dotnet/core/install/linux (package dotnet-sdk-10.0)"
  version=$(dotnet --version 2>/dev/null) || version=none
  case $version in
    1[0-9].* | [2-9][0-9].*) ;;
    *) die "the .NET SDK 10 or newer is needed, dotnet --version says: $version" ;;
  esac
}

# install WHAT PACKAGE...: by package name where apt is; elsewhere say what is missing and stop.
install_packages() {
  local what=$1
  shift
  if ! command -v apt-get >/dev/null; then
    die "$what is missing and there is no apt-get here. Install what this system calls (Debian's names): $*"
  fi
  if [ "$(id -u)" -ne 0 ]; then
    die "$what is missing. Run: apt-get install -y $* (as root)"
  fi
  say "installing $* ($what)"
  apt_update_once
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null ||
    die "apt-get could not install: $*"
}

apt_updated=
apt_update_once() {
  [ -z "$apt_updated" ] || return 0
  apt-get update -qq </dev/null || die "apt-get update failed"
  apt_updated=1
}

# Whether packages can be installed without asking.
can_install() { command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; }

libraries() { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; }

has_libllvm() { [[ $(libraries) =~ libLLVM(-|\.so\.)(1[5-9]|2[0-2]) ]]; }

need_libllvm() {
  [ -z "${BPFTRACE_LIBLLVM:-}" ] || return 0
  has_libllvm && return 0
  local version
  if can_install; then
    apt_update_once
    # 19 is what is tested most; older releases that do not carry it have one of the others.
    for version in 19 20 18 17 16 15; do
      if [ -n "$(apt-cache madison "libllvm$version" 2>/dev/null)" ]; then
        install_packages "libLLVM (15 to 22)" "libllvm$version"
        return 0
      fi
    done
  fi
  install_packages "libLLVM (15 to 22)" libllvm19
}

# Reads C headers, for scripts that include some; without it they are told what to install.
want_libclang() {
  [ -z "${BPFTRACE_LIBCLANG:-}" ] || return 0
  local version
  [[ ! $(libraries) =~ libclang(-|\.so\.)(1[3-9]|2[0-2]) ]] || return 0
  can_install || return 0
  apt_update_once
  for version in 19 20 18 17 16 15 14 13; do
    if [ -n "$(apt-cache madison "libclang1-$version" 2>/dev/null)" ]; then
      install_packages "libclang (13 to 22)" "libclang1-$version"
      return 0
    fi
  done
}

# Only scripts on user binaries with debug information need it: without it they are told so.
want_libdw() {
  [ -z "${BPFTRACE_LIBDW:-}" ] || return 0
  [[ $(libraries) == *libdw.so.1* ]] && return 0
  local package=libdw1
  if can_install; then
    apt_update_once
    [ -z "$(apt-cache madison libdw1t64 2>/dev/null)" ] || package=libdw1t64
  fi
  (install_packages "libdw, for debug information of user programs" "$package") || say "going on without libdw"
}

# The VM tier's tools. Where they cannot be had the tier is skipped and its cases are counted so.
need_test_packages() {
  local missing=() pair
  for pair in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio zstd:zstd lz4:lz4 xz:xz-utils; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if can_install; then
    say "installing ${missing[*]} (for the tests in virtual machines)"
    apt_update_once
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null ||
      say "apt-get could not install ${missing[*]}: the tests in virtual machines will be skipped"
  else
    say "not installed: ${missing[*]} (needs apt-get and root): the tests in virtual machines will be skipped"
  fi
}

# The tests that open pictures in a browser. It is large, and the rest of the tests can do without it.
want_chromium() {
  local name
  for name in chromium chromium-browser google-chrome; do
    ! command -v "$name" >/dev/null || return 0
  done
  if can_install; then
    apt_update_once
    (install_packages "Chromium, for the tests of pictures" chromium) && return 0
  fi
  say "going on without Chromium: the tests that open pictures in it will be skipped"
}

find_pwsh() {
  if [ -n "${BPFTRACE_PWSH:-}" ]; then
    echo "$BPFTRACE_PWSH"
  else
    command -v pwsh || true
  fi
}

# need_live_kernel: name everything that is missing for tracing, not only the first.
need_live_kernel() {
  local missing=()
  [ "$(uname -s)" = Linux ] || die "this is $(uname -s): tracing needs Linux 6.1 or newer"
  [ "$(uname -m)" = x86_64 ] || missing+=("an x86_64 machine (this is $(uname -m))")
  [ "$(id -u)" -eq 0 ] || missing+=("root (CAP_BPF and CAP_PERFMON): run with sudo")
  [ -r /sys/kernel/btf/vmlinux ] || missing+=("BTF: /sys/kernel/btf/vmlinux cannot be read (a kernel with CONFIG_DEBUG_INFO_BTF=y)")
  if [ "$(id -u)" -eq 0 ]; then
    [ -e /proc/sys/kernel/unprivileged_bpf_disabled ] || missing+=("the bpf system call (a kernel with CONFIG_BPF_SYSCALL=y)")
    # It need not be mounted: where it is not, a mount nobody else sees is made.
    grep -qs tracefs /proc/filesystems || missing+=("tracefs (a kernel with CONFIG_TRACING=y)")
    ! grep -qs '\[confidentiality\]' /sys/kernel/security/lockdown ||
      missing+=("a kernel not locked down for confidentiality (/sys/kernel/security/lockdown)")
  fi
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "build.sh: the live kernel cannot be traced here. Missing:" >&2
  printf '  - %s\n' "${missing[@]}" >&2
  exit 1
}

# run_xunit PROJECT NAME: run one test project and add its counts.
run_xunit() {
  local status=0 trx log counters total executed ok bad
  trx=$results/$2.trx log=$results/$2.log
  printf '  $ dotnet test %s -c %s\n' "$1" "$configuration"
  dotnet test "$1" -c "$configuration" -v quiet -nologo --results-directory "$results" --logger "trx;LogFileName=$2.trx" </dev/null 2>&1 | tee "$log" || status=$?
  counters=
  [ ! -e "$trx" ] || counters=$(grep -o '<Counters [^>]*>' "$trx" | tail -n 1)
  if [ -z "$counters" ]; then
    echo "  $2 gave no results (exit status $status): counted as one failure" | tee -a "$log" >&2
    note_failures "$2" "$log"
    failed=$((failed + 1))
    return
  fi
  total=$(counter total) executed=$(counter executed) ok=$(counter passed)
  bad=$((executed - ok))
  # A crash of the test host after some tests leaves a result file without a failed test.
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + total - executed))
  printf '  %s: %s passed, %s failed, %s skipped\n' "$2" "$ok" "$bad" "$((total - executed))"
  [ "$bad" -eq 0 ] || { note_failures "$2" "$log"; note_messages "$trx"; }
}

# note_messages TRX: keep what the failed tests said and where; the console shows their names only.
note_messages() {
  awk '
    /<UnitTestResult .*outcome="Failed"/ { match($0, /testName="[^"]*"/); print substr($0, RSTART + 10, RLENGTH - 11) ":"; failed = 1 }
    failed && /<(Message|StackTrace)>/ { text = 1; lines = 0 }
    text && lines++ < 8 { line = $0; gsub(/<[^>]*>/, "", line); print "  " line }
    /<\/(Message|StackTrace)>/ { text = 0 }
    /<\/UnitTestResult>/ { failed = text = 0 }
  ' "$1" | sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&amp;/\&/g; s/&#xD;//g; s/^/    /' | cut -c 1-300 | head -n 200 >>"$results/failures.txt"
}

# note_failures NAME LOG: keep what of a tier's output tells which tests failed, to be shown again below all the output.
note_failures() {
  {
    echo "  $1:"
    grep -E -A 12 '^ *Failed [A-Za-z]|\[FAIL\]|^ *FAIL |aborted|gave no results' "$2" | cut -c 1-300 | head -n 120 | sed 's/^/    /' || true
  } >>"$results/failures.txt"
}

show_failures() {
  [ -s "$results/failures.txt" ] || return 0
  echo
  echo "What failed:"
  cat "$results/failures.txt"
}

counter() { [[ $counters =~ \ $1=\"([0-9]+)\" ]] && echo "${BASH_REMATCH[1]}"; }

# run_counted COMMAND...: run a tier whose last line is "N passed, N failed, N skipped", and add its counts.
run_counted() {
  local log=$results/counted.log status=0
  "$@" 2>&1 </dev/null | tee "$log" || status=$?
  add_counted "$*" "$log" "$status"
}

# add_counted WHAT LOG STATUS: add the counts in the last line of what such a tier has printed, and its exit status.
add_counted() {
  local log=$2 status=$3 last
  last=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1 || true)
  if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
    local bad=${BASH_REMATCH[2]}
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    [ "$bad" -eq 0 ] || note_failures "$1" "$log"
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + bad)) skipped=$((skipped + BASH_REMATCH[3]))
  else
    echo "  $1 gave no counts (exit status $status): counted as one failure" >&2
    note_failures "$1" "$log"
    failed=$((failed + 1))
  fi
}
