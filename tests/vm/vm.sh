#!/usr/bin/env bash
# One job in one guest with a stock Debian kernel, over this machine's own files.
#
#   vm.sh fetch SERIES      download (once) Debian's newest kernel of that series, as 6.1 or 6.12, unpack what a guest needs,
#                           and print the folder; status 3 when there is none to be had
#   vm.sh run FOLDER CMD    boot that kernel, run CMD in this directory as root, print its output and errors; its status.
#                           124 when there is no answer in VM_TIMEOUT seconds (1800), 125 when the guest died.
#                           VM_SHARE=DIRECTORY is the guest's /share, which it can write to: what is there stays when it dies
#
# Kernels are kept in ${XDG_CACHE_HOME:-~/.cache}/bpftrace-vm. Needs qemu-system-x86, busybox-static, cpio, and zstd, lz4 or xz-utils.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/bpftrace-vm

# What a guest needs to see the host's files, in the order it is loaded, and a disk that holds nothing (/dev/nullb0) for what asks for
# disks. What a kernel has built in is not there as a file.
modules=(virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci netfs fscache 9pnet 9pnet_virtio 9p overlay configfs null_blk)

no_kernel() { echo "vm.sh: $*" >&2; exit 3; }

fetch() {
  local series=$1 tool package version folder deb
  for tool in qemu-system-x86_64 busybox cpio; do
    command -v "$tool" >/dev/null || no_kernel "$tool is not installed"
  done
  command -v apt-get >/dev/null || no_kernel "no apt-get to download a kernel with"
  package=$(apt-cache pkgnames "linux-image-$series." 2>/dev/null |
    grep -E "^linux-image-${series//./\\.}\.[0-9.]+(-[0-9]+|\+deb[0-9]+)-amd64$" | sort -V | tail -n 1 || true)
  [ -n "$package" ] || no_kernel "apt knows no stock kernel of series $series"
  version=${package#linux-image-}
  folder=$cache/$version
  if [ "$(cat "$folder/modules" 2>/dev/null)" != "${modules[*]}" ]; then
    rm -rf "$folder"
    mkdir -p "$folder/tree"
    (cd "$folder" && apt-get download -qq "$package" </dev/null >&2) || { rm -rf "$folder"; no_kernel "cannot download $package"; }
    deb=$(echo "$folder"/*.deb)
    dpkg-deb -x "$deb" "$folder/tree"
    rm -f "$deb"
    unpack_kernel "$folder/tree/boot/vmlinuz-$version" "$folder/kernel"
    make_initrd "$folder" "$version"
    rm -rf "$folder/tree"
    echo "${modules[*]}" >"$folder/modules"
  fi
  echo "$folder"
}

# unpack_kernel BZIMAGE TO: the ELF file inside (Documentation/arch/x86/boot.rst: setup_sects, payload_offset, payload_length).
# QEMU starts that directly, and the emulated guest need not unpack it. Where that fails the image is taken as it is.
unpack_kernel() {
  local start length
  field() { od -An -v -t "u$2" -j "$1" -N "$2" "$3" | tr -d ' \n'; }
  start=$((($(field $((0x1f1)) 1 "$1") + 1) * 512 + $(field $((0x248)) 4 "$1")))
  length=$(field $((0x24c)) 4 "$1")
  local unpack=(cat)
  case $(od -An -t x1 -j $start -N 4 "$1" | tr -d ' \n') in
    28b52ffd) unpack=(zstd -dcq) ;;
    02214c18) unpack=(lz4 -dcq) ;;
    fd377a58) unpack=(xz -dcq --single-stream) ;;
    1f8b*) unpack=(gzip -dcq) ;;
  esac
  # After the payload comes its unpacked length: the tools complain about that, having done their work.
  tail -c +$((start + 1)) "$1" | head -c "$length" | "${unpack[@]}" >"$2" 2>/dev/null || true
  [ "$(head -c 4 "$2" | od -An -t x1 | tr -d ' \n')" = 7f454c46 ] || cp "$1" "$2"
}

make_initrd() { # FOLDER VERSION
  local root=$1/initrd.d name file
  mkdir -p "$root/bin" "$root/modules"
  : >"$root/modules/order"
  for name in "${modules[@]}"; do
    file=$(find "$1/tree/lib/modules/$2" -name "$name.ko*" | head -n 1)
    case $file in
      '') continue ;;
      *.xz) xz -dc "$file" >"$root/modules/$name.ko" ;;
      *.zst) zstd -dcq "$file" >"$root/modules/$name.ko" ;;
      *) cp "$file" "$root/modules/$name.ko" ;;
    esac
    echo "$name.ko" >>"$root/modules/order"
  done
  cp "$(command -v busybox)" "$root/bin/busybox"
  (cd "$root" && find . | cpio -o -H newc --quiet) >"$1/initrd"
  rm -rf "$root"
}

run() {
  local folder=$1 job status
  shift
  job=$(mktemp -d "${TMPDIR:-/tmp}/bpftrace-vm.XXXXXX")
  # However this ends, the guest ends too.
  guest=
  # shellcheck disable=SC2064
  trap "end_guest; rm -rf '$job'" EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  {
    printf 'cd %q || exit 126\n' "$PWD"
    printf 'export PATH=%q HOME=%q BPFTRACE_PWSH=%q DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1\n' "$PATH" "${HOME:-/root}" "${BPFTRACE_PWSH:-}"
    printf '%s\n' "$*"
  } >"$job/command"
  # The kernel unpacks one archive after the other: what is kept with the kernel, and the first process as it is now.
  mkdir "$job/init.d"
  install -m 755 "$here/guest-init" "$job/init.d/init"
  (cat "$folder/initrd" && cd "$job/init.d" && echo init | cpio -o -H newc --quiet) >"$job/initrd"
  status=0
  boot "$folder" "$job" || status=$?
  if [ "$status" -eq 125 ] && [ ! -e "$job/stdout" ]; then
    # A boot that fails says nothing about the job; a job that fails is never run again.
    echo "vm.sh: the guest died before the job began: booting it once more" >&2
    status=0
    boot "$folder" "$job" || status=$?
  fi
  [ ! -e "$job/stdout" ] || cat "$job/stdout"
  [ ! -e "$job/stderr" ] || cat "$job/stderr" >&2
  return "$status"
}

end_guest() {
  [ -z "$guest" ] || kill "$guest" 2>/dev/null || true
  wait
}

boot() { # FOLDER JOB: until the guest powers off; the job's status, 124 or 125
  local folder=$1 job=$2 status start=$SECONDS limit=${VM_TIMEOUT:-1800}
  local share=()
  [ -z "${VM_SHARE:-}" ] ||
    share=(-fsdev "local,id=share,path=$VM_SHARE,security_model=passthrough" -device "virtio-9p-pci,fsdev=share,mount_tag=share")
  # One thread: with several, QEMU 7.2's virtual CPUs miss each other's changes of code, and every probe is one.
  # Without ERMS and FSRM: who has them copies and clears memory by instructions that are emulated byte after byte.
  local accelerator=(-accel "tcg,thread=single,tb-size=512" -cpu "max,erms=off,fsrm=off")
  [ "${VM_ACCEL:-tcg}" != kvm ] || accelerator=(-accel kvm -cpu host)
  # Not the TSC: a guest on a busy machine measures its rate wrong by ten times and more, and its seconds with it. For the
  # same reason no check of the timer: what comes late is taken for broken.
  timeout --kill-after=10 "$limit" qemu-system-x86_64 -M q35 "${accelerator[@]}" -smp 1 -m "${VM_MEMORY:-2G}" \
    -nodefaults -no-user-config -no-reboot -display none -serial "file:$job/console" \
    -kernel "$folder/kernel" -initrd "$job/initrd" \
    -append "console=ttyS0 quiet panic=-1 nokaslr mitigations=off audit=0 cryptomgr.notests init_on_alloc=0 rcupdate.rcu_expedited=1 tsc=unstable no_timer_check" \
    -fsdev local,id=root,path=/,security_model=passthrough,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=root,mount_tag=root \
    -fsdev "local,id=job,path=$job,security_model=passthrough" -device virtio-9p-pci,fsdev=job,mount_tag=job \
    "${share[@]}" </dev/null >"$job/qemu" 2>&1 &
  guest=$!
  wait "$guest" 2>/dev/null || true
  guest=

  status=$(cat "$job/status" 2>/dev/null || true)
  if [ -z "$status" ]; then
    if [ $((SECONDS - start)) -ge "$limit" ]; then
      echo "vm.sh: no answer from the guest in $limit s" >&2
      status=124
    else
      echo "vm.sh: the guest died" >&2
      status=125
    fi
    tail -n 40 "$job/qemu" "$job/console" >&2 || true
  fi
  return "$status"
}

case ${1:-} in
  fetch | run) "$@" ;;
  *) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2; exit 2 ;;
esac
