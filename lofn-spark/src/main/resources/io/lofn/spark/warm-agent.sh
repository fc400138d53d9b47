# Runs one command after the other in a container that stays: $1 is the directory of the named pipes
# and of the command. Its standard input tells it a word first, then one for each run and "stdin" or
# "none". By these words it is known: it says "WORD ready NAMESPACE", then for each run "WORD began"
# when the command is to have its streams, and "WORD ended CODE" when nothing of the run is left.
# Variables are shell variables of names that no tool has, so no run finds them in its environment.
read -r lofn__word || exit 1
trap 'kill -TERM -1' TERM
lofn__home=$PWD
cd / || exit 1
set -- "$1" /proc/[0-9]*
lofn__here=$1
lofn__processes=$(($# - 1))

# The command's file finds the word and the directory as $1 and $2. In bash no subshell tells that a
# command cannot be executed, so there a shell of its own reads the file.
lofn__run() {
  echo "$lofn__word began" >&3
  exec 3>&-
  [ -r "$lofn__here/command" ] || { echo "$lofn__word failed" >&2; exit 126; }
  [ -z "${BASH_VERSION+x}" ] || exec sh "$lofn__here/command" "$@"
  . "$lofn__here/command"
}

# Kills whatever a command has left behind, and leaves the container if it cannot.
lofn__clean() {
  lofn__tries=0
  kill -KILL -1 2>/dev/null
  wait
  while set -- /proc/[0-9]*; [ $# -gt "$lofn__processes" ]; do
    kill -KILL -1 2>/dev/null
    lofn__tries=$((lofn__tries + 1))
    [ "$lofn__tries" -lt 10000 ] || exit 1
  done
  for lofn__left in /dev/shm/* /dev/shm/.[!.]* /dev/shm/..?*; do
    if [ -e "$lofn__left" ] || [ -L "$lofn__left" ]; then
      rm -rf "$lofn__left" || exit 1
    fi
  done
}

echo "$lofn__word ready $(readlink /proc/self/ns/pid)"
while read -r lofn__word lofn__stdin; do
  case $lofn__stdin in
    stdin)
      (lofn__run "$lofn__word" "$lofn__home") \
        3>&1 <"$lofn__here/in" >"$lofn__here/out" 2>"$lofn__here/err" & ;;
    none)
      (lofn__run "$lofn__word" "$lofn__home") \
        3>&1 </dev/null >"$lofn__here/out" 2>"$lofn__here/err" & ;;
    *) exit 2 ;;
  esac
  lofn__running=$!
  while
    wait "$lofn__running"
    lofn__code=$?
    kill -0 "$lofn__running" 2>/dev/null
  do :; done
  lofn__clean
  echo "$lofn__word ended $lofn__code"
done
