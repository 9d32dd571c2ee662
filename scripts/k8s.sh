# shellcheck shell=bash
# The Kubernetes cluster on the lab's nodes: builds its programs once per version, then hands over to lab/heddle_lab/k8s.

K8S_SOURCES=$HEDDLE_ROOT/lab/k8s
K8S_PACKAGES=(busybox-static containernetworking-plugins etcd-server iptables runc)
# As lab/k8s/go.mod has it.
K8S_VERSION=1.34.4
K8S_TOOLS=(k8s.io/kubernetes/{cmd/{kube-apiserver,kube-controller-manager,kubelet,kube-scheduler,kubectl},test/images/agnhost})
CONTAINERD_SOURCES=$HEDDLE_ROOT/lab/containerd
# As lab/containerd/go.mod has it.
CONTAINERD_VERSION=2.2.9
CONTAINERD_TOOLS=(github.com/containerd/containerd/v2/cmd/{containerd,containerd-shim-runc-v2,ctr})

k8s() {
  if [ "${1:-}" = up ]; then k8s_prepare "${@:2}"; fi
  # exec, as for the lab: signals and the exit code are the command's own.
  trap - EXIT INT TERM HUP
  PYTHONPATH=$HEDDLE_ROOT/lab exec /usr/bin/python3 -m heddle_lab.k8s "$@"
}

# What `up` needs and is missing. Only looks at the arguments; what is wrong with them python says.
k8s_prepare() {
  local version=$K8S_VERSION cni=heddle
  while [ $# -gt 0 ]; do
    case $1 in
      --version) version=${2:-} ;;
      --version=*) version=${1#*=} ;;
      --cni) cni=${2:-} ;;
      --cni=*) cni=${1#*=} ;;
      -h | --help) return 0 ;;
    esac
    shift
  done
  [[ $version =~ ^1\.[0-9]{1,3}\.[0-9]{1,3}$ ]] || return 0
  need_root "k8s up"
  install_missing "${LAB_PACKAGES[@]}" "${OVS35_PACKAGES[@]}" "${K8S_PACKAGES[@]}"
  k8s_build "$version"
  if [ "$cni" = heddle ] && [ -z "${HEDDLE_CNI:-}" ]; then cni_build; fi
}

# k8s_build VERSION: what a cluster of this version is made of, into the cache, unless it is there.
k8s_build() {
  local version=$1 missing target module
  target=$(k8s_cache "containerd-$CONTAINERD_VERSION")
  mapfile -t missing < <(k8s_missing "$target" "${CONTAINERD_TOOLS[@]}")
  [ ${#missing[@]} = 0 ] || k8s_compile "$target" "$CONTAINERD_SOURCES" "a minute" \
    "-X github.com/containerd/containerd/v2/version.Version=v$CONTAINERD_VERSION" "${missing[@]}"
  target=$(k8s_cache "k8s-$version")
  mapfile -t missing < <(k8s_missing "$target" "${K8S_TOOLS[@]}")
  [ ${#missing[@]} -gt 0 ] || return 0
  use_go
  module=$(k8s_module "$version" "$target") # on its own: as an argument, its failure would end nothing
  k8s_compile "$target" "$module" "7 minutes" "$(k8s_stamp "$version")" "${missing[@]}"
}

k8s_cache() { printf '%s' "${XDG_CACHE_HOME:-$HOME/.cache}/heddle/$1"; }

# k8s_missing DIRECTORY PACKAGE...: the packages whose programs are not in the directory.
k8s_missing() {
  local package
  for package in "${@:2}"; do
    [ -x "$1/${package##*/}" ] || printf '%s\n' "$package"
  done
}

# k8s_compile DIRECTORY MODULE HOW_LONG FLAGS PACKAGE...: static programs of a module, into the directory.
k8s_compile() {
  local target=$1 module=$2 flags=$4 packages=("${@:5}") package name started=$SECONDS n=0
  use_go
  mkdir -p "$target"
  say "k8s: compiling ${target##*/} into $target: on 2 cores about $3, once"
  for package in "${packages[@]}"; do
    name=${package##*/}
    n=$((n + 1))
    say "k8s: $n of ${#packages[@]}: $name"
    (cd "$module" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w $flags" -o "$target/$name.part" "$package") ||
      die "go build of $name for $target failed"
    mv "$target/$name.part" "$target/$name"
  done
  say "k8s: built after $((SECONDS - started)) s"
}

# The directory of a module that declares the programs of this version: ours, or a copy of it with other numbers.
k8s_module() {
  local version=$1 copy=$2/module
  if [ "$version" = "$K8S_VERSION" ]; then
    printf '%s' "$K8S_SOURCES"
    return 0
  fi
  mkdir -p "$copy"
  sed "s/v0\.${K8S_VERSION#1.}/v0.${version#1.}/; s/v$K8S_VERSION/v$version/" "$K8S_SOURCES/go.mod" >"$copy/go.mod"
  (cd "$copy" && go mod tidy >&2) || die "Kubernetes $version cannot be fetched: go mod tidy failed"
  printf '%s' "$copy"
}

# What a release build writes into its programs.
k8s_stamp() {
  local version=$1 package=k8s.io/component-base/version minor
  minor=${version#1.}
  printf -- '-X %s.gitVersion=v%s -X %s.gitMajor=1 -X %s.gitMinor=%s' \
    "$package" "$version" "$package" "$package" "${minor%%.*}"
}
