#!/bin/sh
# Takes the configuration of /config, sets the agent's addresses in it, and becomes Asterisk.
set -eu

: "${AGENT_AUDIO:?host:port of the media server's AudioSocket}"
: "${AGENT_HTTP:?http://host:port of the media server}"
source=${1:-/config}
target=${2:-/etc/asterisk}

if grep -n '<[a-z0-9-]*>' "$source/pjsip.conf" >&2; then
    echo "asterisk/pjsip.conf: replace what is in angle brackets by your provider's values and passwords" >&2
    exit 2
fi
cp "$source"/*.conf "$target"
sed -e "s#^AGENT_AUDIO *=.*#AGENT_AUDIO=$AGENT_AUDIO#" -e "s#^AGENT_HTTP *=.*#AGENT_HTTP=$AGENT_HTTP#" \
    "$source/extensions.conf" > "$target/extensions.conf"
printf '[general]\nrtpstart=10000\nrtpend=10100\n' > "$target/rtp.conf"
exec asterisk -f -U asterisk -G asterisk
