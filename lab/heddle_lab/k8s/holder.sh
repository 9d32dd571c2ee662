#!/usr/bin/env bash
# What a holder (holder.py) does: makes its mounts and groups, says "ready", and reaps whatever ends in its namespaces.
# holder.sh DIRECTORY SCRATCH LAB SWITCH GROUP: the cluster's directory, one for the new /run, the lab's, that of the node's
# Open vSwitch or "", and the cgroup for all that runs here.
set -e

# Version 2: a group's controllers for those below it.
hand_down() {
  local controller
  for controller in $(cat "$1/cgroup.controllers"); do echo "+$controller" >"$1/cgroup.subtree_control"; done
}

if [ "$1" = second ]; then
  # In version 2 only leaves hold processes.
  for point in $points; do
    if [ -e "$point/cgroup.subtree_control" ]; then
      mkdir "$point/init"
      echo $$ >"$point/init/cgroup.procs"
      hand_down "$point"
      echo "$point/init/cgroup.procs"
    else
      echo "$point/cgroup.procs"
    fi
  done >/run/cgroups
  echo ready
  exec </dev/null >/dev/null 2>&1
  while :; do sleep infinity & wait || :; done
fi

# The number of this process outside is what /proc shows until the namespace has a /proc of its own.
read -r outer _ </proc/self/stat
echo "$outer"
read -r _ || exit 1
directory=$1 scratch=$2 lab=$3 switch=$4 group=$5
mount -n -t proc proc /proc
mkdir -p "$scratch"
mount -n -t tmpfs -o mode=755 run "$scratch"
mkdir -p "$scratch/lib/upper" "$scratch/lib/work" "$scratch/data" "$scratch/netns" "$scratch/lock" "$scratch/sysctl"
case $lab in /run/*) if [ -d "$lab" ]; then mkdir -p "$scratch/${lab#/run/}"; mount -n --bind "$lab" "$scratch/${lab#/run/}"; fi ;; esac
if [ -n "$switch" ]; then mkdir "$scratch/openvswitch"; mount -n --bind "$switch" "$scratch/openvswitch"; fi
mount -n --bind "$directory" "$scratch/data"
mount -n --move "$scratch" /run
mount -n -t overlay -o lowerdir=/var/lib,upperdir=/run/lib/upper,workdir=/run/lib/work lib /var/lib
mount -n --move /run/data "$directory"
mount -n -t tmpfs log /var/log
points=$(grep -E ' - cgroup2? ' /proc/self/mountinfo | cut -d ' ' -f 5)
for point in $points; do
  inner=$point
  for part in ${group//\// }; do
    above=$inner inner=$inner/$part
    mkdir -p "$inner"
    if [ -e "$inner/cgroup.clone_children" ] && [ -e "$inner/cpuset.cpus" ]; then
      cat "$above/cpuset.cpus" >"$inner/cpuset.cpus"  # a new group of version 1 has none, and takes no process
      cat "$above/cpuset.mems" >"$inner/cpuset.mems"
    fi
    if [ -e "$above/cgroup.subtree_control" ] && [ "$above" != "$point" ]; then hand_down "$above"; fi
  done
  echo $$ >"$inner/cgroup.procs"
  mount -n --bind "$inner" "$point"
done
setting() {
  if [ -e "/proc/sys/$1" ]; then echo "$2" >"/run/sysctl/${1//\//.}"; mount -n --bind "/run/sysctl/${1//\//.}" "/proc/sys/$1"; fi
}
setting vm/overcommit_memory 1
setting vm/panic_on_oom 0
setting kernel/panic 10
setting kernel/panic_on_oops 1
setting kernel/keys/root_maxkeys 1000000
setting kernel/keys/root_maxbytes 25000000
mount -n --make-rshared /
export points
# With the cgroup namespace the group is the root for all that asks.
exec unshare --cgroup bash "$0" second
