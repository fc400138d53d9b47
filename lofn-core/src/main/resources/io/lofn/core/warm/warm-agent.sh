# Runs one command after another in a warm container. $1 is the directory of the shell's file, $2 the
# container's working directory at the start, $3 the directory of the named pipes and of the command;
# all further arguments are mounts in which runs may write and which lofn empties.
#
# Its standard input is a word, then for each run another word and "stdin" or "none". It prints
# "WORD ready NAMESPACE..." or "WORD unfit REASON", then for each run "WORD began" when the command
# must get its streams, and "WORD ended CODE" when nothing of the run is left. After a code with a
# reason it serves no other run. No tool can print these words: lofn__check_sealed makes sure of it.
#
# Its variables are shell variables with names that no tool uses, and no run has them in its
# environment. After the first run this shell uses its builtins, since a tool may have placed a
# program, a library or a device in its way. If it executes a program, it checks the result afterwards.
read -r lofn__word || exit 1
trap 'kill -TERM -1' TERM
rm -rf "$1"
lofn__home=$2
lofn__here=$3
cd / || exit 1
shift 3

lofn__unfit() {
  echo "$lofn__word unfit $1"
  exit 1
}

# Tries what a tool could do: opens the paths to this shell's memory and streams. Checks the first
# process, too, which lives on from run to run if it is not this shell.
lofn__check_sealed() {
  for lofn__each in $$ 1; do
    sh -c ': </proc/self/maps && ! (: <"/proc/$1/maps") && ! (: <"/proc/$1/mem") \
      && ! (: <"/proc/$1/fd/0") && ! (: >"/proc/$1/fd/1")' lofn "$lofn__each" 2>/dev/null \
      || lofn__unfit "a tool could reach the process $lofn__each, which stays from run to run"
  done
}

# With the rights of another user, a tool could change what is not checked, and survive the kill.
lofn__check_rights() {
  lofn__rights=
  while read -r lofn__key lofn__value; do
    case $lofn__key in
      CapInh: | CapPrm: | CapEff: | CapAmb:)
        case $lofn__value in *[!0]*) lofn__unfit 'its processes have capabilities' ;; esac ;;
      NoNewPrivs:) lofn__rights=$lofn__value ;;
    esac
  done </proc/self/status
  [ "$lofn__rights" = 1 ] || lofn__unfit 'its processes may gain rights (no_new_privs is not set)'
  ! (: >>/proc/sys/kernel/shmmax) 2>/dev/null || lofn__unfit 'its processes may change settings of the kernel'
}

# All mounts in which a run may write must be known, and must be cleanable: those of the arguments
# from outside, file systems in memory from here.
lofn__check_mounts() {
  lofn__points=' '
  lofn__queues=
  lofn__empty=
  lofn__full=
  lofn__owned=
  while read -r lofn__what lofn__at lofn__type lofn__how lofn__rest; do
    lofn__points="$lofn__points$lofn__at "
  done </proc/self/mounts
  while read -r lofn__what lofn__at lofn__type lofn__how lofn__rest; do
    case $lofn__type in
      mqueue) lofn__queues=$lofn__at ;;
      proc) case $lofn__how in *hidepid=*) lofn__unfit 'its /proc hides processes' ;; esac ;;
    esac
    case ,$lofn__how, in
      *,ro,*) ;;
      *) lofn__check_mount "$@" ;;
    esac
  done </proc/self/mounts
  [ -n "$lofn__queues" ] || [ ! -e /proc/sys/fs/mqueue ] \
    || lofn__unfit 'message queues of POSIX cannot be seen: there is no /dev/mqueue'
}

lofn__check_mount() {
  for lofn__each; do
    case $lofn__at in "$lofn__each" | "$lofn__each"/*) return ;; esac
    [ ! "$lofn__at" -ef "$lofn__each" ] || return 0
  done
  case $lofn__type in
    proc | devpts) return ;;
    mqueue | tmpfs) [ ! -d "$lofn__at" ] || { lofn__watch "$lofn__at"; return; } ;;
  esac
  [ -c "$lofn__at" ] || lofn__is_fixed "$lofn__at" \
    || lofn__unfit "a run may leave something in $lofn__at ($lofn__type), which lofn cannot empty"
}

# Returns whether no process of this user can change a file.
lofn__is_fixed() {
  [ -f "$1" ] && [ ! -w "$1" ] && [ ! -O "$1" ]
}

# Adds a directory in memory, and those in it, to those that are checked after each run.
lofn__watch() {
  case $1 in *[!A-Za-z0-9_./-]*) lofn__unfit "a directory in memory has the name $1" ;; esac
  lofn__found=
  for lofn__each in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$lofn__each" ] || [ -L "$lofn__each" ] || continue
    lofn__found=1
    [ -L "$lofn__each" ] || [ -d "$lofn__each" ] || [ -c "$lofn__each" ] \
      || lofn__is_fixed "$lofn__each" || lofn__unfit "there is $lofn__each, which a run may change"
  done
  [ ! -O "$1" ] || lofn__owned="$lofn__owned $1"
  if [ -w "$1" ] || [ -O "$1" ]; then
    if [ -n "$lofn__found" ]; then lofn__full="$lofn__full $1"; else lofn__empty="$lofn__empty $1"; fi
  fi
  for lofn__each in "$1"/*/ "$1"/.[!.]*/ "$1"/..?*/; do
    lofn__each=${lofn__each%/}
    [ -d "$lofn__each" ] && [ ! -L "$lofn__each" ] || continue
    case $lofn__points in *" $lofn__each "*) ;; *) lofn__watch "$lofn__each" ;; esac
  done
}

# Describes as one text what a run may have changed of this shell, and of the directories in memory
# that belong to this user, as those of root or in a user namespace. A program describes the latter.
lofn__look() {
  lofn__now=
  while read -r lofn__line; do
    lofn__now="$lofn__now
$lofn__line"
  done </proc/self/limits
  read -r lofn__line </proc/self/stat
  set -- ${lofn__line##*) }
  shift 15
  lofn__now="$lofn__now
priority $1 $2"
  shift 22
  lofn__now="$lofn__now $1 $2"
  while read -r lofn__key lofn__value; do
    case $lofn__key in Cpus_allowed:)
      lofn__now="$lofn__now
processors $lofn__value"
      break ;;
    esac
  done </proc/self/status
  read -r lofn__line </proc/self/oom_score_adj
  lofn__now="$lofn__now
oom_score_adj $lofn__line"
  [ -z "$lofn__owned$lofn__full" ] || lofn__look_into_memory
}

lofn__look_into_memory() {
  set -- $lofn__owned
  for lofn__each in $lofn__full; do
    set -- "$@" "$lofn__each" "$lofn__each"/* "$lofn__each"/.[!.]* "$lofn__each"/..?*
  done
  lofn__now="$lofn__now
$# $(stat -c '%n %i %f %u %g %t %T %N' "$@" 2>&1 <&-)"
}

lofn__is_alone() {
  for lofn__each in /proc/[0-9]*; do
    case $lofn__each in /proc/1 | "/proc/$$") ;; *) return 1 ;; esac
  done
}

# Kills all processes that a command has left behind, and ends the container if it cannot.
lofn__end_others() {
  kill -KILL -1 2>&-
  wait
  lofn__tries=0
  until lofn__is_alone; do
    kill -KILL -1 2>&-
    jobs >&- 2>&-
    lofn__tries=$((lofn__tries + 1))
    [ "$lofn__tries" -lt 50000 ] || exit 1
  done
}

lofn__are_empty() {
  for lofn__each in $lofn__empty; do
    for lofn__left in "$lofn__each"/* "$lofn__each"/.[!.]* "$lofn__each"/..?*; do
      [ ! -e "$lofn__left" ] && [ ! -L "$lofn__left" ] || return 1
    done
  done
}

# The result of the program that empties them is checked; the program is killed, and does not get this
# shell's streams.
lofn__empty_all() {
  for lofn__each in $lofn__empty; do
    rm -rf "$lofn__each"/* "$lofn__each"/.[!.]* "$lofn__each"/..?* <&- >&- 2>&-
  done
  lofn__end_others
  lofn__are_empty
}

lofn__has_no_memory() {
  for lofn__each in msg sem shm; do
    { read -r lofn__line && ! read -r lofn__line; } <"/proc/sysvipc/$lofn__each" || return 1
  done
}

# Sets lofn__why to what the next run would find that this one did not.
lofn__compare() {
  lofn__why=
  lofn__are_empty || lofn__empty_all || { lofn__why=' files in memory'; return; }
  lofn__has_no_memory || { lofn__why=' shared memory, semaphores or queues of System V'; return; }
  lofn__look
  [ -z "$lofn__owned$lofn__full" ] || lofn__end_others
  [ "$lofn__now" = "$lofn__first" ] \
    || lofn__why=' other limits, priority, processors or devices than it found'
}

# The command's file gets the word and the directory as $1 and $2. In bash a subshell does not report
# that a command cannot be executed, so a new shell reads the file there.
lofn__run() {
  echo "$lofn__word began" >&3
  exec 3>&-
  [ -r "$lofn__here/command" ] || { echo "$lofn__word failed" >&2; exit 126; }
  [ -z "${BASH_VERSION+x}" ] || exec sh "$lofn__here/command" "$@"
  . "$lofn__here/command"
}

lofn__names=$(readlink /proc/self/ns/pid && readlink /proc/self/ns/ipc) \
  || lofn__unfit 'the image has no readlink, by which its shell would know its place'
lofn__check_sealed
lofn__check_rights
lofn__check_mounts "$@"
lofn__is_alone || lofn__unfit 'it has processes of others, which must not be killed after each run'
lofn__are_empty || lofn__unfit 'it has files in memory before its first run'
[ -z "$lofn__owned$lofn__full" ] || [ "$(stat -c %n / 2>&-)" = / ] \
  || lofn__unfit "the image has no stat, by which its shell would watch$lofn__owned$lofn__full"
lofn__has_no_memory || lofn__unfit 'its shared memory cannot be seen, or is not its own'
lofn__look
lofn__first=$lofn__now
echo "$lofn__word ready" $lofn__names
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
    kill -0 "$lofn__running" 2>&-
  do :; done
  lofn__end_others
  lofn__compare
  echo "$lofn__word ended $lofn__code$lofn__why"
  [ -z "$lofn__why" ] || exit 1
done
exit 0
