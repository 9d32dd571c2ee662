# shellcheck shell=bash
# Measures in a plain JVM; HEDDLE_BENCH_JAVA: options of that JVM. scale and start: the controller as it ships.

# Beside OVN, on switches of Debian 13 (itests/scale/README.md).
# Beside OVN on Debian 13's Open vSwitch: MODULE [OPTION...]
bench_beside_ovn() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/heddle/ovn-25.03 module=$1
  shift
  need_root "bench beside OVN"
  use install java build
  install_missing "${BUILD_PACKAGES[@]}" "${OVS35_PACKAGES[@]}" iperf3 ethtool
  build
  mkdir -p "$cache"
  flock "$cache/lock" sh "$HEDDLE_ROOT/itests/scale/debian13.sh" "$cache" >&2 || die "OVN 25.03 cannot be had"
  PYTHONPATH=$HEDDLE_ROOT/lab:$HEDDLE_ROOT/itests /usr/bin/python3 -m "$module" "$cache/bin" "$@"
}

# Pods that come and go on a Kubernetes cluster of their own (itests/kubernetes/README.md).
bench_churn() {
  need_root "bench churn"
  use install java build go cni k8s
  install_missing "${LAB_PACKAGES[@]}" "${OVS35_PACKAGES[@]}" "${K8S_PACKAGES[@]}"
  build
  k8s_build "$K8S_VERSION"
  PYTHONPATH=$HEDDLE_ROOT/lab:$HEDDLE_ROOT/itests /usr/bin/python3 -m kubernetes.churn "$@"
}

# Pods and policies on a Kubernetes cluster of their own: times, flows, memory (docs/performance.md).
bench_k8s() {
  case " $* " in
    *" -h "* | *" --help "*) ;;
    *) bench_k8s_prepare ;;
  esac
  # exec: signals and the exit code are its own.
  trap - EXIT INT TERM HUP
  PYTHONPATH=$HEDDLE_ROOT/lab:$HEDDLE_ROOT/itests exec /usr/bin/python3 -m kubernetes.bench "$@"
}

bench_k8s_prepare() {
  need_root "bench k8s"
  use install java build pki controller go cni k8s k8s_heddle
  k8s_without_controller
  install_missing "${LAB_PACKAGES[@]}" "${OVS35_PACKAGES[@]}" "${K8S_PACKAGES[@]}"
  build
  cni_build
  k8s_build "$K8S_VERSION"
}

bench() {
  local class log options module=bench
  case ${1:-} in
    acl)
      shift
      bench_beside_ovn scale.acl "$@"
      return
      ;;
    scale)
      shift
      bench_beside_ovn scale "$@"
      return
      ;;
    churn)
      shift
      bench_churn "$@"
      return
      ;;
    k8s)
      shift
      bench_k8s "$@"
      return
      ;;
    start)
      shift
      use build pki controller bench_start
      use_java
      bench_start "$@"
      return
      ;;
    engine) class=EngineBench ;;
    fleet)
      class=FleetBench
      module=fleet
      ;;
    rest)
      class=RestBench
      set -- "$@" --heddle "$HEDDLE_ROOT/heddle"
      ;;
    push)
      class=PushBench
      use install
      install_missing openvswitch-switch
      ;;
    *)
      die "usage: heddle bench acl [--rounds N] [--seconds N] [--cold N] [--connections N] [--floor] [--json]
       heddle bench churn [--pods N] [--alive N] [--nodes N] [--seed N]
       heddle bench engine [--ports N] [--changes N] [--nodes N] [--seed N] [--no-addresses] [--json]
       heddle bench fleet [--nodes N] [--ports P] [--port-ups N] [--sweep] [--json]
       heddle bench k8s [--pods N] [--policies N] [--nodes N] [--at-once N] [--changes N] [--seed N] [--json]
       heddle bench push [--flows N] [--rounds N] [--switches N] [--json]
       heddle bench rest [--ports N] [--nodes N] [--rounds N] [--json]
       heddle bench scale --topology tenants --nodes N --ports N [--rounds N] [--events N] [--json]
       heddle bench start [--starts N] [--json]"
      ;;
  esac
  shift
  use_java
  log=$(mktemp)
  say "bench: building"
  if ! (cd "$HEDDLE_ROOT" && mvn -B -ntp -q -DskipTests -pl "itests/$module" -am package) </dev/null >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    die "the build failed; its whole output is in $log"
  fi
  rm -f "$log"
  read -ra options <<<"${HEDDLE_BENCH_JAVA:--Xms4g -Xmx4g}"
  "$JAVA_HOME/bin/java" "${options[@]}" -cp "$HEDDLE_ROOT/itests/$module/target/classes:$HEDDLE_ROOT/itests/$module/target/lib/*" \
    "dev.heddle.$module.$class" "$@"
}
