#!/bin/sh
# Runs a command, such as the server, in a world of its own made by bubblewrap: nothing can be written but the folder DATA, there are
# no files but the programs of the system and of the server, and no process of others is to be seen.
#
#   examples/self-host/sandbox.sh DATA node packages/server-reference/dist/main.js --data DATA [options]
#
# DATA is an absolute path; others begin at the folder of the server, which is SEALSCRIBE_APP or where this file is.
set -eu
[ $# -ge 2 ] || { echo 'sandbox.sh DATA COMMAND [ARGUMENTS]' >&2; exit 2; }
# Root stays root to the kernel, also within: it could write settings under /proc/sys.
[ "$(id -u)" -ne 0 ] || { echo 'sandbox.sh: start it as a user of its own, not as root' >&2; exit 2; }

mkdir -p -m 700 "$1"
data=$(readlink -f "$1")
shift
here=$(dirname "$(readlink -f "$0")")
[ -e "$here/dist/main.js" ] || here=$here/../..
app=$(readlink -f "${SEALSCRIBE_APP:-$here}")
# Never more than a server's folder, whatever the path of this file is.
[ -e "$app/dist/main.js" ] || [ -e "$app/packages/server-reference/dist/main.js" ] || {
  echo "sandbox.sh: there is no built server in $app" >&2
  exit 2
}
program=$(readlink -f "$(command -v "$1")")
shift

# /etc: where libraries are found (ffmpeg's go through alternatives), and nothing of this machine.
# /proc stays as the kernel makes it: a decoder gives up the network through /proc/self/uid_map.
bwrap \
  --unshare-all --share-net --as-pid-1 --new-session --die-with-parent --cap-drop ALL \
  --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
  --ro-bind-try /etc/ld.so.cache /etc/ld.so.cache --ro-bind-try /etc/alternatives /etc/alternatives \
  --proc /proc --dev /dev \
  --ro-bind "$app" "$app" --ro-bind "$program" "$program" --bind "$data" "$data" \
  --remount-ro /dev --remount-ro / --chdir "$app" \
  --clearenv --setenv PATH /usr/bin --setenv LC_ALL C.UTF-8 --setenv MALLOC_PERTURB_ 165 --setenv ORT_DISABLE_TELEMETRY 1 \
  "$program" "$@" &
sandbox=$!

# bwrap dies of a signal and takes the command with it; the command itself is told, so that a server lets transcriptions finish.
stop() { kill -TERM $(cat "/proc/$sandbox/task/$sandbox/children"); }
trap stop TERM INT
code=0
wait "$sandbox" || code=$?
while kill -0 "$sandbox" 2>/dev/null; do
  code=0
  wait "$sandbox" || code=$?
done
exit "$code"
