# Starts a warm container: becomes a copy of its own shell that no user may read. The kernel protects a
# process that runs such a file from other processes of its user: no tool reaches its memory or its
# open files. $1 is the agent's script, which gets the rest of the arguments; $2 is a directory where
# the copy may lie until the agent has started.
lofn__script=$1
lofn__seal=$2/.lofn-seal
lofn__home=$PWD
shift 2

lofn__unfit() {
  rm -rf "$lofn__seal" 2>/dev/null
  read -r lofn__word && echo "$lofn__word unfit $1"
  exit 1
}

cd / || exit 1
rm -rf "$lofn__seal" || lofn__unfit 'the image has no rm'
mkdir "$lofn__seal" && cp "/proc/$$/exe" "$lofn__seal/sh" && chmod 111 "$lofn__seal/sh" \
  || lofn__unfit "the image's mkdir, cp and chmod cannot copy its shell to ${lofn__seal%/*}"
"$lofn__seal/sh" -c : || lofn__unfit "no program may be executed in ${lofn__seal%/*}"
exec "$lofn__seal/sh" -c "$lofn__script" lofn "$lofn__seal" "$lofn__home" "$@"
