#!/usr/bin/env bash
# lofn-node.sh install|groups|status [OPTION]...: prepares a node of a cluster to run tools.
#
#   install  installs Docker, starts it, and does what `groups` does, in the background if it must wait
#   groups   adds users to the group `docker`, and restarts the service that was started without it
#   status   prints the state; the exit code is 3 if something is missing
#
#   --user NAME      a user that executors run as; may be repeated (default: yarn)
#   --service NAME   the service that starts executors (default: hadoop-yarn-nodemanager)
#   --process TEXT   what its command line contains (default: YARN's NodeManager class)
#   --wait SECONDS   how long to wait for users and service (default: 0)
#   --data-root DIR  where Docker keeps images, by default on the system disk
#
# For Debian and Ubuntu, Amazon Linux 2 and 2023, Fedora, and systems of the RHEL family that have a
# package of Docker. Runs as root, or calls sudo. It may be called again: it skips what is done already.
# On Amazon EMR it is a bootstrap action. Those run before Hadoop and its users exist, hence --wait.
#
# Members of the group `docker` are root on the node: see docs/security.md.
set -euo pipefail

group=docker
users=()
service=hadoop-yarn-nodemanager
process=org.apache.hadoop.yarn.server.nodemanager.NodeManager
wait_seconds=0
data_root=''

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

note() { printf 'lofn-node: %s\n' "$*" >&2; }
die() { note "$@"; exit 1; }
usage() {
  note "$@"
  sed -n '2,/^set -/ { /^#/ s/^# \{0,1\}//p }' "$0" >&2
  exit 2
}
have() { command -v "$1" >/dev/null 2>&1; }
has_systemd() { [ -d /run/systemd/system ]; }
is_user() { getent passwd "$1" >/dev/null; }

# ---- the engine --------------------------------------------------------------------------------

install_engine() {
  have dockerd || install_package
  have dockerd || die "the package of Docker was installed, but dockerd is not on the PATH"
  place_data
  if has_systemd; then
    systemctl enable --now docker || die "docker does not start; see 'journalctl -u docker'"
    # The package may have started it before its settings existed.
    ! $settings_are_new || systemctl restart docker
  else
    note "this system does not run systemd; start dockerd with the system's service manager"
  fi
}

install_package() {
  local id like
  # shellcheck source=/dev/null
  read -r id like < <(. /etc/os-release && echo "$ID ${ID_LIKE:-}")
  note "installing Docker on $id"
  case " $id $like " in
    *' debian '* | *' ubuntu '*)
      export DEBIAN_FRONTEND=noninteractive
      apt-get -qq -o DPkg::Lock::Timeout=300 update || die "apt-get update failed"
      apt-get -qq -y -o DPkg::Lock::Timeout=300 --no-install-recommends install docker.io iptables ||
        die "apt-get install docker.io failed"
      ;;
    *' amzn '*) install_on_amazon_linux ;;
    ' fedora '*) dnf -y -q install moby-engine || die "dnf install moby-engine failed" ;;
    *' rhel '* | *' centos '* | *' fedora '*)
      dnf -y -q install docker-ce ||
        die "the package docker-ce is not available; add a package source that has it, then run this again"
      ;;
    *) die "this script cannot install Docker on $id; install it, then run this again" ;;
  esac
}

install_on_amazon_linux() {
  if have amazon-linux-extras; then
    amazon-linux-extras install -y docker || die "amazon-linux-extras install docker failed"
  else
    dnf -y -q install docker || die "dnf install docker failed"
  fi
}

settings_are_new=false

place_data() {
  local settings=/etc/docker/daemon.json wanted
  [ -n "$data_root" ] || return 0
  wanted="{\"data-root\": \"$data_root\"}"
  [ "$(cat "$settings" 2>/dev/null)" != "$wanted" ] || return 0
  [ ! -e "$settings" ] || die "$settings exists already; add \"data-root\": \"$data_root\" to it"
  mkdir -p "$data_root" "${settings%/*}"
  echo "$wanted" >"$settings"
  settings_are_new=true
}

# ---- the group ---------------------------------------------------------------------------------

# groups: waits up to the time limit; succeeds when every user is a member and the service runs with the group.
groups() {
  local end=$((SECONDS + wait_seconds)) missing
  getent group "$group" >/dev/null || groupadd --system "$group"
  while true; do
    missing=$(add_users)
    if [ -z "$missing" ] && serves_with_group; then
      note "executors of ${users[*]} can use the engine"
      return
    fi
    ((SECONDS < end)) || break
    sleep 2
  done
  [ -z "$missing" ] || die "these users do not exist:$missing; run this again after they are created"
  note "${users[*]} can use the engine; $service does not run here, or must be restarted by its owner"
}

# add_users: adds the users that exist, prints those that do not.
add_users() {
  local user
  for user in "${users[@]}"; do
    if ! is_user "$user"; then
      printf ' %s' "$user"
    elif ! is_member "$user"; then
      usermod -aG "$group" "$user" && note "added $user to the group $group"
    fi
  done
}

is_member() { id -nG "$1" | tr ' ' '\n' | grep -qx "$group"; }

# serves_with_group: true once the service runs with the group. A service that was started before its
# user joined the group runs without it, as do its executors, and is restarted.
serves_with_group() {
  local pid
  pid=$(service_pid) || return 1
  ! has_group "$pid" || return 0
  [ "$pid" != "$restarted" ] || return 1
  [ -z "$restarted" ] || die "$service still runs without the group $group after a restart; check that its user is one of ${users[*]}"
  note "restarting $service, which runs without the group $group"
  restarted=$pid
  restart_service || die "could not restart $service"
  return 1
}

restarted='' # the process that was

service_pid() {
  local pid
  for pid in /proc/[0-9]*; do
    pid=${pid##*/}
    if [ "$pid" != "$$" ] && [ "$pid" != "$BASHPID" ] && runs_service "$pid"; then
      echo "$pid"
      return
    fi
  done
  return 1
}

# Some services start as root: only a process of one of our users counts.
runs_service() { # PID
  local owner user
  { tr '\0' '\n' <"/proc/$1/cmdline" | grep -qxF -- "$process"; } 2>/dev/null || return 1
  owner=$(stat -c %U "/proc/$1" 2>/dev/null) || return 1
  for user in "${users[@]}"; do
    [ "$user" != "$owner" ] || return 0
  done
  return 1
}

has_group() { # PID
  local gid
  gid=$(getent group "$group" | cut -d: -f3)
  grep '^Groups:' "/proc/$1/status" | tr '[:space:]' '\n' | grep -qx "$gid"
}

# Amazon EMR requires a stop and a start of its services, not a restart.
restart_service() {
  if has_systemd; then
    systemctl stop "$service" && systemctl start "$service"
  else
    service "$service" stop && service "$service" start
  fi
}

# later: does `groups` in the background, in a process that outlives this one.
later() {
  local copy=/usr/local/sbin/lofn-node.sh user arguments=(groups)
  for user in "${users[@]}"; do arguments+=(--user "$user"); done
  arguments+=(--service "$service" --process "$process" --wait "$wait_seconds")
  [ "$0" -ef "$copy" ] || install -D -m 0755 "$0" "$copy"
  if has_systemd; then
    systemctl reset-failed lofn-node 2>/dev/null || true
    systemd-run --unit=lofn-node --description='lofn waits for the users of executors' \
      "$copy" "${arguments[@]}"
  else
    setsid "$copy" "${arguments[@]}" </dev/null >/var/log/lofn-node.log 2>&1 &
  fi
  note "waiting in the background, at most $wait_seconds seconds"
}

# ---- commands ----------------------------------------------------------------------------------

install_node() {
  install_engine
  getent group "$group" >/dev/null || groupadd --system "$group"
  if ((wait_seconds > 0)); then later; else groups; fi
}

status() {
  local code=0 user pid version
  if version=$(docker version -f '{{.Server.Version}}' 2>/dev/null); then
    echo "engine: docker $version"
  else
    echo "engine: docker does not answer"
    code=3
  fi
  for user in "${users[@]}"; do
    if is_user "$user" && is_member "$user"; then
      echo "user $user: in the group $group"
    else
      echo "user $user: does not exist, or is not in the group $group"
      code=3
    fi
  done
  if pid=$(service_pid); then
    if has_group "$pid"; then echo "$service: runs with the group"; else
      echo "$service: runs without the group $group; restart it"
      code=3
    fi
  else
    echo "$service: is not running"
  fi
  return "$code"
}

as_root() {
  [ "$(id -u)" -ne 0 ] || return 0
  have sudo || die "this needs root; install sudo, or run it as root"
  exec sudo -n -- bash "$0" "$@"
}

[ $# -gt 0 ] || usage "say what to do"
case $1 in install | groups | status) ;; *) usage "unknown command $1" ;; esac
as_root "$@"
command=$1
shift
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage "$1 needs a value, or is unknown"
  case $1 in
    --user) users+=("$2") ;;
    --service) service=$2 ;;
    --process) process=$2 ;;
    --wait) wait_seconds=$2 ;;
    --data-root) data_root=$2 ;;
    *) usage "unknown option $1" ;;
  esac
  shift 2
done
[[ $wait_seconds =~ ^[0-9]+$ ]] || usage "--wait needs seconds, not $wait_seconds"
[[ $data_root =~ ^(|/[A-Za-z0-9_./-]+)$ ]] || usage "--data-root needs a plain absolute path, not $data_root"
[ ${#users[@]} -gt 0 ] || users=(yarn)

case $command in
  install) install_node ;;
  groups) groups ;;
  status) status ;;
esac
