lofn__word=$1
trap 'echo "$lofn__word failed" >&2' EXIT
cd "$2" 2>/dev/null || { mkdir -p "$2" && cd "$2"; } || exit 126
unset PWD OLDPWD SHLVL
[ -z "${BASH_VERSION+x}" ] || { shopt -s execfail; declare -a SHLVL; }
exec COMMAND
exit
