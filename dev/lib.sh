# shellcheck shell=bash
# Helpers shared by the developer scripts in dev/: source this file, do not run it.

# Daemons and iptables are in directories that are not on the PATH of an ordinary Debian user.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

DEFAULT_DOCKER_HOST=unix:///var/run/docker.sock

# shellcheck disable=SC2034  # used by dev/engines and dev/images
CHARLIECLOUD_IMAGES=${XDG_CACHE_HOME:-$HOME/.cache}/lofn/images/charliecloud
# shellcheck disable=SC2034
IMAGE_ARCHIVES=${XDG_CACHE_HOME:-$HOME/.cache}/lofn/images/archives

note() { printf 'dev/%s: %s\n' "${0##*/}" "$*" >&2; }
die() { note "$@"; exit 1; }
usage() { note "$@"; exit 2; }

have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" -eq 0 ]; }

# as_root COMMAND...: as root, through passwordless sudo when the caller is not root.
as_root() {
  if is_root; then
    "$@"
  elif have sudo && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    die "this needs root; run it as root, or allow this user sudo without a password"
  fi
}

# need COMMAND:PACKAGE...: installs the Debian packages of the commands (or absolute files) that are missing.
need() {
  local pair packages=()
  for pair; do
    have "${pair%%:*}" || packages+=("${pair#*:}")
  done
  [ ${#packages[@]} -eq 0 ] || apt_install "${packages[@]}"
}

apt_install() {
  have apt-get || die "install these packages with your system's package manager, then run this again: $*"
  note "installing $* with apt-get"
  as_root true # or says what is missing: the output of apt-get is hidden
  # The package lists of a new machine may be missing or stale: they are fetched only if the installation fails.
  apt_get install "$@" >/dev/null 2>&1 || {
    apt_get update >/dev/null || die "apt-get update failed; check the machine's package sources"
    apt_get install "$@" >/dev/null || die "apt-get install $* failed; see the lines above"
  }
}

apt_get() {
  local command=$1
  shift
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq -y \
    --no-install-recommends "$command" "$@" </dev/null
}

# fetch_packages DIRECTORY EXCEPT PACKAGE...: downloads packages, and those that they depend on without the ones whose
# names match EXCEPT, into a new directory. Any user may do that, and nothing is installed.
fetch_packages() {
  local apt_lists=()
  if ! have apt-get || ! have dpkg-deb; then
    note "there is no apt-get to fetch ${*:3} with"
    return 1
  fi
  mkdir -p -- "$1"
  download_here "$@" 2>/dev/null && return
  own_lists && download_here "$@" && return
  note "could not fetch ${*:3}; see the lines above, and check the machine's package sources"
  return 1
}

download_here() { # DIRECTORY EXCEPT PACKAGE...
  local names
  # As if nothing were installed: what is there is no matter of chance then.
  names=$(apt_as_user -s -o Dir::State::status=/dev/null --no-install-recommends install "${@:3}" |
    sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -vxE -- "$2") || return
  # shellcheck disable=SC2086  # many names
  (cd -- "$1" && apt_as_user download $names >/dev/null)
}

# own_lists: fetches the package lists for this user: those of a new machine may be missing or stale.
own_lists() {
  local directory=${XDG_CACHE_HOME:-$HOME/.cache}/lofn/apt
  mkdir -p -- "$directory"/{lists,archives}/partial
  apt_lists=(-o "Dir::State::Lists=$directory/lists" -o "Dir::Cache=$directory")
  apt_as_user update
}

apt_as_user() { # uses the apt_lists of its caller
  apt-get -qq -o APT::Sandbox::User=root -o Debug::NoLocking=1 "${apt_lists[@]}" "$@" </dev/null
}

# socket_answers PATH: true when an engine's API answers on this socket.
socket_answers() {
  [ -S "$1" ] || return 1
  have curl || die "curl is missing; install it with: apt-get install curl"
  [ "$(curl -s --noproxy '*' --max-time 5 --unix-socket "$1" http://localhost/_ping 2>/dev/null)" = OK ]
}

# docker_answers ADDRESS: the same for a docker address of any kind.
docker_answers() {
  case $1 in
    unix://*) socket_answers "${1#unix://}" ;;
    *) have docker && DOCKER_HOST=$1 timeout 10 docker version >/dev/null 2>&1 ;;
  esac
}

# docker_address: prints the address of the docker engine to use; false when none answers.
docker_address() {
  local address
  for address in "${DOCKER_HOST:-}" "$DEFAULT_DOCKER_HOST"; do
    if [ -n "$address" ] && docker_answers "$address"; then
      echo "$address"
      return
    fi
  done
  return 1
}

# find_jdk: prints the home of a JDK to use; false when there is none. Spark 3.5 runs on Java 17 and a few later ones.
find_jdk() {
  local home javac version
  javac=$(command -v javac) && javac=$(readlink -f -- "$javac") || javac=''
  for home in "${JAVA_HOME:-}" "${javac%/bin/javac}" /usr/lib/jvm/*; do
    [ -n "$home" ] || continue
    version=$("$home/bin/javac" -version 2>&1) || continue
    version=${version#javac }
    case ${version%%.*} in
      17 | 18 | 19 | 20 | 21)
        echo "$home"
        return
        ;;
    esac
  done
  return 1
}

# need_jdk: sets JAVA_HOME, and installs a JDK when there is none.
need_jdk() {
  if ! JAVA_HOME=$(find_jdk); then
    # Newer distributions have dropped 17 for 21.
    (apt_install openjdk-17-jdk-headless) || apt_install openjdk-21-jdk-headless
    JAVA_HOME=$(find_jdk) || die "found no JDK 17 to 21; install one, and set JAVA_HOME to it"
  fi
  export JAVA_HOME
}

# need_compilers: what lofn-run is built by, for each architecture. Its tests are compiled for this machine, too.
need_compilers() {
  local missing=()
  need gcc:gcc
  [ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
  case $(uname -m) in
    x86_64)
      have aarch64-linux-gnu-gcc || missing+=(gcc-aarch64-linux-gnu)
      [ -e /usr/aarch64-linux-gnu/include/linux/filter.h ] || missing+=(linux-libc-dev-arm64-cross)
      ;;
    aarch64)
      have x86_64-linux-gnu-gcc || missing+=(gcc-x86-64-linux-gnu)
      [ -e /usr/x86_64-linux-gnu/include/linux/filter.h ] || missing+=(linux-libc-dev-amd64-cross)
      ;;
  esac
  [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
}
