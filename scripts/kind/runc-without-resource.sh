#!/bin/sh
# An OCI runtime for machines on which no process may have CAP_SYS_RESOURCE: a privileged container asks for every
# capability, and runc would refuse it. Asks for this one less, and is runc otherwise.
file=
last=
for argument in "$@"; do
  case $last in
    --bundle | -b) file=$argument/config.json ;;
    --process | -p) file=$argument ;;
  esac
  last=$argument
done
if [ -n "$file" ] && grep -q CAP_SYS_RESOURCE "$file" 2>/dev/null; then
  jq -c 'walk(if type == "array" then map(select(. != "CAP_SYS_RESOURCE")) else . end)' "$file" >"$file.new" &&
    cat "$file.new" >"$file"
  rm -f "$file.new"
fi
exec runc "$@"
