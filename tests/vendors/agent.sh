#!/bin/sh
# Stands in for ssh: `agent.sh HOST WORDS...` runs the words on this machine under HOST's name and
# with a /dev/shm of its own, as on another node. Needs user namespaces (unshare), not root.
export AGENT_HOST="$1"
shift
export AGENT_COMMAND="$*"
exec unshare --user --map-root-user --uts --mount sh -c \
    'hostname "$AGENT_HOST" && mount -t tmpfs tmpfs /dev/shm && exec sh -c "$AGENT_COMMAND"'
