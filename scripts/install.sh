# shellcheck shell=bash
# Installs Debian packages that are missing, and starts no service by it.

LAB_PACKAGES=(ca-certificates ethtool iperf3 iproute2 iputils-ping mininet openssl openvswitch-switch procps python3-yaml
  tcpdump)
BUILD_PACKAGES=(curl maven openjdk-17-jdk-headless openssh-client)
# shellcheck disable=SC2034 # for lab up --ovs 3.5 and test --all
OVS35_PACKAGES=(debian-archive-keyring mmdebstrap)

POLICY=/usr/sbin/policy-rc.d
SAVED_POLICY=/usr/sbin/policy-rc.d.before-heddle

# install_missing [PACKAGE...]: default is all that building, running and the lab need.
install_missing() {
  local packages=("$@") missing=() package
  [ $# -gt 0 ] || packages=("${LAB_PACKAGES[@]}" "${BUILD_PACKAGES[@]}")
  command -v dpkg-query >/dev/null || die "this is not Debian: install by hand what ${packages[*]} contain"
  for package in "${packages[@]}"; do
    # shellcheck disable=SC2016 # dpkg-query's own variable
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  need_root "installing ${missing[*]}"
  say "installing ${#missing[@]} packages: ${missing[*]}"
  local log
  log=$(mktemp)
  hold_services
  if ! apt_quietly "$log" update || ! apt_quietly "$log" install -y --no-install-recommends "${missing[@]}"; then
    tail -n 30 "$log" >&2
    release_services
    die "apt-get failed; its whole output is in $log"
  fi
  release_services
  rm -f "$log"
  say "installed"
}

# Where this machine has its packages from, if that can be told.
debian_mirror() { apt-cache policy | sed -n 's/^ *[0-9]* \(http[^ ]*\) bookworm\/main .*/\1/p' | head -n 1; }

# One line of progress per package set up; everything else goes to the log.
apt_quietly() {
  local log=$1
  shift
  DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" </dev/null 2>&1 | tee -a "$log" |
    awk '/^Need to get|^After this|^Fetched/ { print "  " $0; fflush() }
         /^Setting up/ { n++; if (n % 25 == 0) { print "  " n " packages set up"; fflush() } }' >&2
}

# A policy that forbids starting services while packages are set up: invoke-rc.d(8). What was there comes back.
hold_services() {
  at_exit release_services
  restore_policy
  [ ! -e "$POLICY" ] || mv "$POLICY" "$SAVED_POLICY"
  printf '#!/bin/sh\n# heddle install: removed when it ends\nexit 101\n' >"$POLICY"
  chmod 755 "$POLICY"
}

release_services() {
  if grep -qs '^# heddle install' "$POLICY"; then rm -f "$POLICY"; fi
  restore_policy
}

restore_policy() {
  if [ -e "$SAVED_POLICY" ]; then mv -f "$SAVED_POLICY" "$POLICY"; fi
}
