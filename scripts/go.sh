# shellcheck shell=bash
# Finds a Go that is new enough, or installs Debian's own from bookworm-backports.

# As in k8s-bridge/cni/go.mod; that Go fetches a newer one by itself for a module that asks for it.
GO_OLDEST=1.23
GO_PACKAGE=golang-1.23-go
BACKPORTS=/etc/apt/sources.list.d/heddle-backports.list

# Puts a Go of at least GO_OLDEST first in PATH.
use_go() {
  local candidate
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go-1.*/bin/go; do
    if [ -x "$candidate" ] && go_suffices "$candidate"; then
      PATH=$(dirname "$candidate"):$PATH
      return 0
    fi
  done
  say "Go: none of $GO_OLDEST or newer; installing $GO_PACKAGE from bookworm-backports"
  install_go
  PATH=/usr/lib/go-$GO_OLDEST/bin:$PATH
}

go_suffices() {
  local version
  version=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
  printf '%s\n' "go$GO_OLDEST" "$version" | sort -V -C
}

install_go() {
  local log mirror
  need_root "installing Go"
  mirror=$(debian_mirror)
  log=$(mktemp)
  at_exit remove_backports
  printf 'deb %s bookworm-backports main\n' "${mirror:-http://deb.debian.org/debian}" >"$BACKPORTS"
  if ! apt_quietly "$log" update ||
    ! apt_quietly "$log" install -y --no-install-recommends -t bookworm-backports ca-certificates "$GO_PACKAGE"; then
    tail -n 30 "$log" >&2
    remove_backports
    die "apt-get failed; its whole output is in $log"
  fi
  remove_backports
  rm -f "$log"
}

remove_backports() { rm -f "$BACKPORTS"; }
