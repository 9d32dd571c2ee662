# shellcheck shell=bash
# Outside judges on a real cluster: builds them from their own modules, runs them unmodified, keeps what they report.
# docs/conformance.md says what each one judges.

CONFORMANCE_SUITES=(control pods cyclonus cyclonus-more cyclonus-swapped cluster-policy admin-policy)
CONFORMANCE_SOURCES=$HEDDLE_ROOT/lab/conformance
CONFORMANCE_REPORTS=$HEDDLE_ROOT/target/conformance
CONFORMANCE_PACKAGES=(debian-archive-keyring mmdebstrap)
# What cyclonus leaves out unless it is told otherwise.
CYCLONUS_MORE=multi-peer,upstream-e2e,example,end-port,namespaces-by-default-label
CONFORMANCE_SWAP_SECONDS=30

# conformance [SUITE...] [--include TAG,...]
conformance() {
  local suites=() suite include='' results=() status
  while [ $# -gt 0 ]; do
    case $1 in
      --include) include=${2:?--include needs tags of cyclonus, e.g. end-port,conflict}; shift ;;
      --include=*) include=${1#*=} ;;
      *)
        [[ " ${CONFORMANCE_SUITES[*]} " == *" $1 "* ]] || die "no suite $1: ${CONFORMANCE_SUITES[*]}"
        suites+=("$1")
        ;;
    esac
    shift
  done
  [ ${#suites[@]} -gt 0 ] || suites=("${CONFORMANCE_SUITES[@]}")
  [ -z "$include" ] || [ "${suites[*]}" = cyclonus ] || die "--include goes with the suite cyclonus alone"
  need_root "test --conformance (switches, namespaces and containers)"
  install_missing
  install_missing "${K8S_PACKAGES[@]}" "${CONFORMANCE_PACKAGES[@]}"
  build
  k8s_without_controller
  if k8s_run status >/dev/null 2>&1; then die "a cluster is there: heddle k8s down, for each suite makes its own"; fi
  (k8s_prepare --version "$K8S_VERSION")
  for suite in "${suites[@]}"; do conformance_build "$suite"; done
  [[ " ${suites[*]} " != *" cyclonus-swapped "* ]] || conformance_other_acl
  at_exit conformance_interrupt
  for suite in "${suites[@]}"; do
    status=0
    conformance_apart "$suite" "$include"
    wait "$CONFORMANCE_SHELL" || status=$?
    CONFORMANCE_SHELL=''
    results+=("$suite=$status")
  done
  /usr/bin/python3 "$HEDDLE_ROOT/scripts/conformance.py" "$CONFORMANCE_REPORTS" ${include:+--include} "${results[@]}"
}

# Starts a suite in a shell of its own, which removes its cluster and controller however it ends. The controller begins with an empty
# store: nodes' ports of another suite would keep its addresses. Where files are follows from HEDDLE_HOME when a part is read.
conformance_apart() {
  rm -rf "${CONFORMANCE_REPORTS:?}/$1"
  mkdir -p "$CONFORMANCE_REPORTS/$1"
  (
    AT_EXIT=()
    trap run_at_exit EXIT
    trap 'exit 143' TERM HUP
    HEDDLE_HOME=$(mktemp -d)
    export HEDDLE_HOME
    unset HEDDLE_STORE
    use pki controller
    CONFORMANCE_SUITE=$1
    at_exit conformance_keep_log
    at_exit controller_stop
    at_exit k8s_down
    conformance_suite "$@"
  ) &
  CONFORMANCE_SHELL=$!
}

conformance_keep_log() {
  cp "$HEDDLE_HOME/data/log/heddle.log" "$CONFORMANCE_REPORTS/$CONFORMANCE_SUITE/controller.log" 2>/dev/null
  rm -rf "$HEDDLE_HOME"
}

conformance_interrupt() {
  [ -n "${CONFORMANCE_SHELL:-}" ] || return 0
  kill -TERM "$CONFORMANCE_SHELL" 2>/dev/null
  # A signal ends a wait, but not what is waited for.
  while kill -0 "$CONFORMANCE_SHELL" 2>/dev/null; do wait "$CONFORMANCE_SHELL"; done
}

conformance_suite() {
  local suite=$1 include=$2 reports=$CONFORMANCE_REPORTS/$1 crds
  say "conformance: $suite; what it says is in $reports"
  case $suite in
    control)
      k8s_run up --nodes 2 --cni bridge
      # Without enforcement most cases fail, and these are enough to see it.
      conformance_cyclonus "$reports" --include conflict
      ;;
    cyclonus)
      k8s_with_heddle
      conformance_cyclonus "$reports" ${include:+--include "$include" --exclude ''}
      ;;
    cyclonus-more)
      k8s_with_heddle
      conformance_cyclonus "$reports" --include "$CYCLONUS_MORE" --exclude ''
      ;;
    cyclonus-swapped)
      HEDDLE_POD_SUBNETS=fd42:244::/64 k8s_with_heddle
      conformance_swaps "$reports/swaps" &
      CONFORMANCE_SWAPS=$!
      at_exit conformance_stop_swaps
      conformance_cyclonus "$reports"
      kill -0 "$CONFORMANCE_SWAPS" || die "the bundle could not be swapped; see $reports/swaps"
      say "conformance: the acl bundle was swapped $(grep -c swapped "$reports/swaps") times"
      ;;
    pods)
      k8s_with_heddle
      conformance_images
      conformance_judge "$reports" '/^  *STEP: |^• / { print "  " $0; fflush() }' \
        "$(conformance_program e2e)" --kubeconfig="$(conformance_kubeconfig)" --provider=skeleton --report-dir="$reports" \
        --ginkgo.no-color --ginkgo.focus='\[sig-network\] Networking Granular Checks: Pods .*\[Conformance\]'
      ;;
    cluster-policy | admin-policy)
      mapfile -t crds < <(conformance_crds "$suite")
      k8s_with_heddle "${crds[@]}"
      # 0.2.0 asks for ten seconds and ends a case if the answer stays wrong; 0.1.7 asks once, at once, and goes on.
      if [ "$suite" = cluster-policy ]; then
        conformance_images turns
      else
        conformance_images
        conformance_at_work "$suite"
      fi
      conformance_policies "$suite" "$reports"
      ;;
  esac
}

conformance_cyclonus() {
  local reports=$1
  shift
  # pod-ip: there are no Services yet. Neither has the kernel SCTP.
  conformance_judge "$reports" '/^testing [0-9]+ cases/ { of = $2 }
    /^starting test case/ { print "  case " substr($4, 2) " of " of; fflush() }' \
    env "KUBECONFIG=$(conformance_kubeconfig)" "$(conformance_program cyclonus)" generate --destination-type pod-ip \
    --server-protocol TCP,UDP --perturbation-wait-seconds 2 --job-timeout-seconds 1 --pod-creation-timeout-seconds 180 \
    --ignore-loopback --junit-results-file "$reports/junit.xml" "$@"
}

# conformance_swaps FILE: every 30 s the acl bundle becomes the other of two builds, of which half of the flows differ. Ends if it cannot.
conformance_swaps() {
  local builds=("$HEDDLE_ROOT"/itests/swap-acl/target/heddle-itests-swap-acl-*.jar "$HEDDLE_ROOT"/acl-bundle/target/heddle-acl-bundle-*.jar)
  local n=0
  while :; do
    read -rt "$CONFORMANCE_SWAP_SECONDS" <> <(:) || true # as sleep, but ends with this shell
    controller_console "bundle:update dev.heddle.acl-bundle file:${builds[n % 2]}" || return 1
    printf '%s swapped to %s\n' "$(date +%T)" "${builds[n % 2]##*/}"
    n=$((n + 1))
  done >"$1" 2>&1
}

conformance_stop_swaps() { kill -TERM "$CONFORMANCE_SWAPS" 2>/dev/null && wait "$CONFORMANCE_SWAPS"; }

conformance_other_acl() {
  local log
  log=$(mktemp)
  (cd "$HEDDLE_ROOT" && mvn -B -ntp -DskipTests -pl itests/swap-acl,acl-bundle -am package </dev/null) >"$log" 2>&1 ||
    die "the other build of acl cannot be made; see $log"
  rm -f "$log"
}

# The suites of sigs.k8s.io/network-policy-api. SCTP cases run as well; conformance.py sets them apart.
conformance_policies() {
  local suite=$1 reports=$2 profiles features status=0
  case $suite in
    cluster-policy)
      profiles=ClusterNetworkPolicy
      features=ClusterNetworkPolicyNamedPorts,ClusterNetworkPolicyEgressNodePeers
      ;;
    admin-policy)
      profiles=AdminNetworkPolicy,BaselineAdminNetworkPolicy
      features=AdminNetworkPolicyNamedPorts,AdminNetworkPolicyEgressNodePeers
      features=$features,BaselineAdminNetworkPolicyNamedPorts,BaselineAdminNetworkPolicyEgressNodePeers
      ;;
  esac
  conformance_judge "$reports" '/"Action":"run"/ { sub(/.*"Test":"/, ""); sub(/".*/, ""); print "  " $0; fflush() }' \
    env "KUBECONFIG=$(conformance_kubeconfig)" go tool test2json -t -p "$suite" "$(conformance_program "$suite")" \
    -test.v=test2json -test.run '^TestConformanceProfiles$' -test.timeout 60m -conformance-profiles "$profiles" \
    -supported-features "$features" -organization Heddle -project heddle -url https://heddle.dev \
    -version "$(git -C "$HEDDLE_ROOT" describe --always --dirty 2>/dev/null || printf unknown)" -contact none \
    -additional-info 'heddle test --conformance' -report-output "$reports/report.yaml" || status=$?
  /usr/bin/python3 "$HEDDLE_ROOT/scripts/go_report.py" "$reports/log" "$reports/junit.xml" 2>/dev/null || status=1
  return "$status"
}

# conformance_judge REPORTS PROGRESS COMMAND...: runs it; all it says goes to a file, what the awk program makes of it is shown.
conformance_judge() {
  local log=$1/log progress=$2 status=0 shown
  "${@:3}" </dev/null >"$log" 2>&1 &
  CONFORMANCE_JUDGE=$!
  at_exit conformance_stop_judge
  tail -n +1 --pid="$CONFORMANCE_JUDGE" -f "$log" | awk "$progress" >&2 &
  shown=$!
  wait "$CONFORMANCE_JUDGE" || status=$?
  wait "$shown"
  CONFORMANCE_JUDGE=''
  [ "$status" = 0 ] || say "conformance: it ended with code $status; see $log"
  return "$status"
}

conformance_stop_judge() {
  if [ -n "${CONFORMANCE_JUDGE:-}" ]; then kill -TERM "$CONFORMANCE_JUDGE" 2>/dev/null; wait "$CONFORMANCE_JUDGE"; fi
}

conformance_kubeconfig() {
  PYTHONPATH=$HEDDLE_ROOT/lab /usr/bin/python3 -c 'from heddle_lab.k8s.place import Place
from heddle_lab.settings import Settings
print(Place.from_environment(Settings.from_environment()).kubeconfig)'
}

# conformance_images [turns]: agnhost with the programs that the suites' probes call in it.
conformance_images() {
  local cache base archive
  cache=$(conformance_cache)
  base=$cache/base.tar archive=$cache/images-$K8S_VERSION${1:+-$1}.tar
  if [ ! -f "$base" ]; then
    say "conformance: a root file system for the suites' image (about 20 s, once)"
    # The mirror is a word or nothing: then it is Debian's own.
    # shellcheck disable=SC2046
    mmdebstrap --quiet --variant=minbase --include=curl,dnsutils,iproute2,iputils-ping,netcat-openbsd --format=tar \
      bookworm "$base.part" $(debian_mirror) >&2 || die "mmdebstrap failed"
    mv "$base.part" "$base"
  fi
  PYTHONPATH=$HEDDLE_ROOT/lab /usr/bin/python3 -m heddle_lab.k8s.images "$K8S_VERSION" "$base" "$archive" "$@"
  k8s_run load "$archive"
}

conformance_cache() { printf '%s/heddle/conformance' "${XDG_CACHE_HOME:-$HOME/.cache}"; }

# conformance_part SUITE: its module, below lab/conformance and in the cache.
conformance_part() {
  case $1 in
    control | cyclonus*) printf cyclonus ;;
    pods | e2e) printf e2e ;;
    *) printf '%s' "$1" ;;
  esac
}

# The program of a module as it is declared now: with another go.mod it is another file.
conformance_program() {
  local part
  part=$(conformance_part "$1")
  printf '%s/%s-%s' "$(conformance_cache)" "$part" "$(sha256sum "$CONFORMANCE_SOURCES/$part/go.mod" | cut -c 1-12)"
}

conformance_build() {
  local part program how started=$SECONDS
  use_go
  part=$(conformance_part "$1")
  program=$(conformance_program "$1")
  [ ! -x "$program" ] || return 0
  case $part in
    cyclonus) how=(build github.com/mattfenwick/cyclonus/cmd/cyclonus) ;;
    e2e) how=(test -c -vet=off k8s.io/kubernetes/test/e2e) ;;
    *) how=(test -c -vet=off sigs.k8s.io/network-policy-api/conformance) ;;
  esac
  say "conformance: building $part: on 2 cores from one to ten minutes, once"
  mkdir -p "$(conformance_cache)"
  (cd "$CONFORMANCE_SOURCES/$part" && CGO_ENABLED=0 go "${how[0]}" -trimpath \
    -ldflags "-s -w $(k8s_stamp "$K8S_VERSION")" -o "$program.part" "${how[@]:1}") || die "go ${how[*]} failed"
  mv "$program.part" "$program"
  say "conformance: built after $((SECONDS - started)) s"
}

# What is asked at once is asked of a controller that has been at work: the suite's own pods and policies come and go once,
# each policy until it is enforced. One that has just been started needs about a tenth of a second for its first policies.
conformance_at_work() {
  local base file
  base=$(conformance_module "$1")/conformance/base
  say "conformance: the suite's pods and policies come and go once, unjudged"
  k8s_run kubectl apply -f "$base/manifests.yaml" >&2
  k8s_run kubectl wait --for=condition=Ready pod --all --all-namespaces --timeout=120s >&2
  for file in "$base"/{admin,baseline_admin}_network_policy/*.yaml; do
    k8s_run kubectl apply -f "$file" >&2
    k8s_run kubectl wait --for=condition=Realized -f "$file" --timeout=30s >&2
    k8s_run kubectl delete -f "$file" >&2
  done
  k8s_run kubectl delete -f "$base/manifests.yaml" >&2
}

conformance_module() { (cd "$CONFORMANCE_SOURCES/$1" && go list -m -f '{{.Dir}}' sigs.k8s.io/network-policy-api); }

# The definitions of the kinds as they are published, with the fields that are experimental there.
conformance_crds() {
  local module
  module=$(conformance_module "$1") || return 1
  find "$module/config/crd/experimental" -name 'policy.networking.k8s.io_*.yaml' | sort
}
