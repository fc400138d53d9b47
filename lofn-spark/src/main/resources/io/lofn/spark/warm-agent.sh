# Runs one command after the other in a container that stays: $1 is the directory of the named pipes
# and of the command. Told "run NUMBER stdin|none" on its standard input, it says "began NUMBER" when
# the command has its streams, and "ended NUMBER CODE" when nothing of the run is left.
trap 'kill -TERM -1' TERM
set -- "$1" /proc/[0-9]*
here=$1
processes=$(($# - 1))

began() {
  echo "began $number" >&3
  exec 3>&-
}

# Kills whatever a command has left behind, and leaves the container if it cannot.
clean() {
  tries=0
  kill -KILL -1 2>/dev/null
  wait
  while set -- /proc/[0-9]*; [ $# -gt "$processes" ]; do
    kill -KILL -1 2>/dev/null
    tries=$((tries + 1))
    [ "$tries" -lt 10000 ] || exit 1
  done
  for left in /dev/shm/* /dev/shm/.[!.]* /dev/shm/..?*; do
    if [ -e "$left" ] || [ -L "$left" ]; then
      rm -rf "$left" || exit 1
    fi
  done
}

echo "ready $(readlink /proc/self/ns/pid)"
while read -r word number stdin; do
  [ "$word" = run ] || exit 2
  case $stdin in
    stdin) (began; . "$here/command") 3>&1 <"$here/in" >"$here/out" 2>"$here/err" & ;;
    *) (began; . "$here/command") 3>&1 </dev/null >"$here/out" 2>"$here/err" & ;;
  esac
  running=$!
  while
    wait "$running"
    code=$?
    kill -0 "$running" 2>/dev/null
  do :; done
  clean
  echo "ended $number $code"
done
