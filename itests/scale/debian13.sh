#!/bin/sh
# OVN 25.03 and Open vSwitch 3.5 of Debian 13 beside this machine's own, without a build: their packages in DIR/root,
# their programs and schemas in DIR/bin, run with the root's own loader and libraries.
#   debian13.sh DIR
# Needs root, mmdebstrap, debian-archive-keyring; about 250 MB, once.
set -eu
dir=$(mkdir -p "$1" && cd "$1" && pwd)
root=$dir/root bin=$dir/bin
if [ ! -f "$root/usr/share/ovn/ovn-nb.ovsschema" ]; then
    mirror=$(apt-cache policy | awk '/bookworm\/main/ {print $2; exit}')
    rm -rf "$dir/part" "$root"
    echo "fetching Debian 13's OVN and Open vSwitch into $dir (about 20 s, 250 MB, once)" >&2
    mmdebstrap --quiet --variant=minbase --include=openvswitch-switch,ovn-central,ovn-host trixie "$dir/part" $mirror
    mv "$dir/part" "$root"
fi
mkdir -p "$bin"
for name in ovn-northd ovn-controller ovn-appctl ovsdb-server ovsdb-tool ovs-vswitchd ovs-vsctl ovs-ofctl ovs-appctl; do
    real=$(find "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib/openvswitch-switch" -name "$name" -type f | head -n 1)
    [ -n "$real" ] || { echo "no $name in $root: remove $root and try again" >&2; exit 1; }
    printf '#!/bin/sh\nexec "%s" --argv0 "%s" --library-path "%s" "%s" "$@"\n' \
        "$root/usr/lib64/ld-linux-x86-64.so.2" "$name" "$root/usr/lib/x86_64-linux-gnu" "$real" >"$bin/$name.part"
    chmod +x "$bin/$name.part"
    mv "$bin/$name.part" "$bin/$name"
done
cp "$root/usr/share/ovn/ovn-nb.ovsschema" "$root/usr/share/ovn/ovn-sb.ovsschema" \
    "$root/usr/share/openvswitch/vswitch.ovsschema" "$bin/"
