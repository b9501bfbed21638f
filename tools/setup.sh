#!/bin/bash
# Installs what is missing from Debian's packages: setup.sh [PROFILE...]
#
#   base    what building and the demonstration need (the default)
#   test    that, and what the tests compare with
#   clang   the sanitizers and the fuzz targets
#   format  the formatters
#   lint    clang-tidy and the formatters
#
# Costs nothing, and needs no network, when nothing is missing.
source "$(dirname "$0")/lib.sh"

readonly BUILDIFIER=@bazel/buildifier@8.2.1

# The packages of DESIGN "Dependencies", and Bazel with the rules it wants.
readonly BASE=(
  android-libboringssl-dev bazel-bootstrap bazel-platforms bazel-rules-java
  bazel-rules-proto ca-certificates curl g++ libabsl-dev libbenchmark-dev
  libboost-dev libcli11-dev libgmock-dev libgtest-dev libprotobuf-dev
  libre2-dev libsimdjson-dev libsqlite3-dev libyaml-dev make openssl
  protobuf-compiler python3 zlib1g-dev
)
# Second opinions that only the tests ask for.
readonly TEST=(gnutls-bin)
readonly CLANG=(clang libclang-rt-dev lld)

# Adds the packages of a profile to `wanted`.
add_profile() {
  case $1 in
    base) wanted+=("${BASE[@]}") ;;
    test) wanted+=("${BASE[@]}" "${TEST[@]}") ;;
    clang) wanted+=("${CLANG[@]}") ;;
    format | lint)
      buildifier=yes
      wanted+=(clang-format)
      [[ $1 == format ]] || wanted+=(clang clang-tidy)
      # Only to fetch buildifier; an npm from elsewhere is as good.
      [[ -x .cache/buildifier/bin ]] || command -v npm >/dev/null ||
        wanted+=(nodejs npm)
      ;;
    *) die "unknown profile '$1': use base, test, clang, format or lint" ;;
  esac
}

# Prints those of the packages named that are not installed.
missing_of() {
  local installed
  installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" \
    2>/dev/null | sed -n 's/^installed //p' | tr '\n' ' ')"
  for package in "$@"; do
    [[ $installed == *" $package "* ]] || printf '%s ' "$package"
  done
}

# Ends the script unless this is a system whose packages will do.
require_debian() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    die "this system has no apt-get: use Debian 12 or newer (a container will do)"
  local release=${OS_RELEASE:-/etc/os-release} id version
  id=$(. "$release" && printf %s "${ID:-}")
  version=$(. "$release" && printf %s "${VERSION_ID:-}")
  if [[ $id == debian && -n $version ]] && ((${version%%.*} < 12)); then
    die "Debian $version is too old: use Debian 12 or newer (a container will do)"
  fi
}

# Sets `as_root` to what makes a command root's.
find_root() {
  as_root=()
  (($(id -u) == 0)) && return
  command -v sudo >/dev/null ||
    die "packages are missing and there is no sudo: as root, run: apt-get install $*"
  as_root=(sudo)
  if [[ ! -t 0 ]]; then
    as_root=(sudo -n)
    sudo -n true 2>/dev/null ||
      die "packages are missing and sudo asks for a password: run: sudo apt-get install $*"
  fi
}

# Runs apt-get quietly. Ends the script with one line if it fails.
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null
}

install_packages() {
  find_root "$@"
  log=$(mktemp "${TMPDIR:-/tmp}/gatehouse-setup.XXXXXX")
  printf 'gatehouse: installing %s\n' "$*" >&2
  apt update ||
    die "apt-get update failed: check the network and /etc/apt, then try again (log: $log)"
  local package
  for package in "$@"; do
    [[ -n $(apt-cache --quiet=2 madison "$package" 2>/dev/null) ]] ||
      die "no package $package for this system: use Debian 12 or newer (a container will do)"
  done
  apt install -y --no-install-recommends "$@" ||
    die "apt-get could not install them: see $log, then run: apt-get install $*"
  rm -f "$log"
}

# Fetches the pinned buildifier, once. Its binary needs no node afterwards.
install_buildifier() {
  local dir=.cache/buildifier/${BUILDIFIER##*@} arch
  case $(uname -m) in
    x86_64) arch=amd64 ;;
    aarch64) arch=arm64 ;;
    *) die "no buildifier for $(uname -m): format and lint on amd64 or arm64" ;;
  esac
  local binary=$dir/node_modules/@bazel/buildifier/buildifier-linux_$arch
  if [[ ! -x $binary ]]; then
    mkdir -p "$dir"
    npm install --prefix "$dir" --no-save --no-audit --no-fund --loglevel=error \
      "$BUILDIFIER" >/dev/null </dev/null ||
      die "npm could not fetch $BUILDIFIER: check the network and npm's settings, then try again"
  fi
  ln -sfn "${binary#.cache/buildifier/}" .cache/buildifier/bin
}

wanted=()
buildifier=
for profile in "${@:-base}"; do
  add_profile "$profile"
done
require_debian
missing=$(missing_of "${wanted[@]}")
# shellcheck disable=SC2086 # Words on purpose.
[[ -z $missing ]] || install_packages $missing
[[ -z $buildifier ]] || install_buildifier
