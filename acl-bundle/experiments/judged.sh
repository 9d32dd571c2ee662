#!/bin/bash
# What decision 100 rests on, shown on the Open vSwitch of this machine (dummy datapath, no root):
#  1. a conjunction at priority 0 and one at 65535 are met; subject by slots of a register
#  2. +new, established, reply and a later fragment are all judged by the original tuple (ct_nw_*, ct_tp_*)
#  3. a rule taken away cuts replies too, without a request having come
# Prints one line per fact, "ok" or "NOT SO"; exits 1 if one is not so.
set -u
DIR=$(mktemp -d /tmp/judgedXXXXXX)
export OVS_RUNDIR=$DIR OVS_LOGDIR=$DIR OVS_DBDIR=$DIR
SCHEMA=${HEDDLE_OVS_SCHEMA:-/usr/share/openvswitch/vswitch.ovsschema}
PATH=${HEDDLE_OVS_PATH:+$HEDDLE_OVS_PATH:}$PATH:/usr/sbin
DBPID= SWPID=
trap 'kill $SWPID $DBPID 2>/dev/null; wait 2>/dev/null; rm -rf "$DIR"' EXIT
ovsdb-tool create $DIR/conf.db $SCHEMA
ovsdb-server --remote=punix:$DIR/db.sock $DIR/conf.db 2>$DIR/db.log & DBPID=$!
ovs-vsctl --retry --no-wait --db=unix:$DIR/db.sock init
ovs-vswitchd --enable-dummy=override unix:$DIR/db.sock 2>$DIR/sw.log & SWPID=$!
vsctl() { ovs-vsctl --timeout=20 --db=unix:$DIR/db.sock "$@"; }
vsctl add-br br -- set bridge br datapath_type=dummy fail-mode=secure protocols=OpenFlow13,OpenFlow15 \
  -- add-port br p1 -- set interface p1 type=dummy ofport_request=1 options:tx_pcap=$DIR/p1.pcap \
  -- add-port br p2 -- set interface p2 type=dummy ofport_request=2 options:tx_pcap=$DIR/p2.pcap
appctl() { ovs-appctl --timeout=20 -t $DIR/ovs-vswitchd.$(cat $DIR/ovs-vswitchd.pid 2>/dev/null || echo $SWPID).ctl "$@"; }
ofctl() { ovs-ofctl -O OpenFlow13 "$@"; }
BR=unix:$DIR/br.mgmt
BAD=0
fact() { if [ "$2" = "$3" ]; then echo "ok      $1"; else echo "NOT SO  $1 (wanted $3, got $2)"; BAD=1; fi; }
ovs-vswitchd --version | head -1

cat > $DIR/flows <<F
table=0,in_port=1,ip,actions=set_field:0x00050007->reg0,ct(zone=9,table=1)
table=0,in_port=2,ip,actions=set_field:0x00050007->reg0,ct(zone=9,table=1)
table=1,ct_state=+trk-inv,actions=resubmit(,2),resubmit(,3)
table=2,priority=0,ct_state=+trk-inv,reg0=0x7/0xffff,actions=conjunction(77,1/2)
table=2,priority=0,ct_state=+trk-inv,reg0=0x70000/0xffff0000,actions=conjunction(77,1/2)
table=2,priority=0,ct_state=+trk-inv,ip,ct_nw_proto=17,ct_tp_dst=53,ct_nw_src=10.0.0.1,actions=conjunction(77,2/2)
table=2,priority=0,conj_id=77,actions=set_field:1->reg8
table=3,reg8=1,ct_state=+new,in_port=1,ip,actions=ct(commit,zone=9),2
table=3,reg8=1,ct_state=-new,in_port=1,ip,actions=2
table=3,reg8=1,in_port=2,ip,actions=1
F
ofctl add-flows $BR $DIR/flows || BAD=1
A=50540000000a B=50540000000b
# an IPv4 UDP packet: from to sport dport
udp() {
python3 - "$@" <<'P'
import struct,sys,socket
src,dst,sp,dp=sys.argv[1],sys.argv[2],int(sys.argv[3]),int(sys.argv[4])
frag=sys.argv[5] if len(sys.argv)>5 else ""
def ck(b):
    s=sum(struct.unpack("!%dH"%(len(b)//2),b)); s=(s>>16)+(s&0xffff); s+=s>>16; return ~s&0xffff
size=1400 if frag else 56
body=struct.pack("!HHHH",sp,dp,8+size,0)+b"x"*size
off=0
# OVS takes no fragment shorter than 1,200 bytes that is not the last.
if frag=="1": body=body[:1232]; off=0x2000
if frag=="2": body=body[1232:]; off=1232//8
def ip(c): return struct.pack("!BBHHHBBH4s4s",0x45,0,20+len(body),0x77 if frag else 0,off,64,17,c,socket.inet_aton(src),socket.inet_aton(dst))
h=ip(ck(ip(0)))
print((b"\x50\x54\0\0\0\x0b\x50\x54\0\0\0\x0a\x08\0"+h+body).hex())
P
}
sent() { appctl netdev-dummy/receive p$1 "$2" >/dev/null; appctl netdev-dummy/receive p$1 "$2" >/dev/null 2>&1 || true; }
out() { sleep 0; ofctl dump-ports $BR $1 | grep -o 'tx pkts=[0-9]*' | cut -d= -f2; }
count() { appctl dpctl/dump-conntrack 2>/dev/null | grep -c "dport=53" ; }
one() { appctl netdev-dummy/receive p$1 "$2" >/dev/null; }
settled() { appctl revalidator/purge; }

B0=$(out 2); one 1 $(udp 10.0.0.1 10.0.0.2 1000 53); fact "+new is judged by ct_nw_src, ct_tp_dst in a conjunction at priority 0" $(( $(out 2) - B0 )) 1
B0=$(out 2); one 1 $(udp 10.0.0.1 10.0.0.2 1000 54); fact "another service is not met" $(( $(out 2) - B0 )) 0
fact "the allowed one is kept" $(count) 1
B0=$(out 1); one 2 $(udp 10.0.0.2 10.0.0.1 53 1000); fact "a reply is judged by the original tuple" $(( $(out 1) - B0 )) 1
B0=$(out 1); one 2 $(udp 10.0.0.2 10.0.0.1 53 1001); fact "what is no reply is not let through" $(( $(out 1) - B0 )) 0
B0=$(out 2); one 1 $(udp 10.0.0.1 10.0.0.2 1000 53 1); one 1 $(udp 10.0.0.1 10.0.0.2 1000 53 2); fact "both fragments pass, the later one by the tuple" $(( $(out 2) - B0 )) 2
B0=$(out 2); one 1 $(udp 10.0.0.1 10.0.0.2 2000 54 1); one 1 $(udp 10.0.0.1 10.0.0.2 2000 54 2); fact "neither fragment of a forbidden datagram passes" $(( $(out 2) - B0 )) 0
ofctl --strict del-flows $BR "table=2,priority=0,conj_id=77"; settled
B0=$(out 1); one 2 $(udp 10.0.0.2 10.0.0.1 53 1000); fact "the rule gone, a reply of what it allowed is cut" $(( $(out 1) - B0 )) 0
ofctl add-flow $BR "table=2,priority=65535,ct_state=+trk-inv,reg0=0x50000/0xffff0000,actions=conjunction(4294967295,1/2)"
ofctl add-flow $BR "table=2,priority=65535,ct_state=+trk-inv,ip,ct_nw_proto=17,ct_tp_dst=53,actions=conjunction(4294967295,2/2)"
ofctl add-flow $BR "table=2,priority=65535,conj_id=4294967295,actions=set_field:1->reg8"; settled
B0=$(out 1); one 2 $(udp 10.0.0.2 10.0.0.1 53 1000); fact "a conjunction at 65535 with the highest number is met, subject in the second slot" $(( $(out 1) - B0 )) 1
echo "megaflows of the reply (addresses only as far as rules look):"
appctl dpctl/dump-flows 2>/dev/null | grep -v "^flow-dump" | sed 's/^/        /' | cut -c1-260
exit $BAD
