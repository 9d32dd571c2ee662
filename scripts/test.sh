# shellcheck shell=bash
# Every test: Maven's (units, laws, real Open vSwitch, the distribution), the lab's, and those of the whole
# system as an operator drives it. Ends with the totals.

run_tests() {
  local all='' status=0
  case ${1:-} in
    --all) all=yes ;;
    --conformance)
      use build pki controller k8s_heddle conformance
      conformance "${@:2}"
      return
      ;;
    '') ;;
    *) die "usage: heddle test [--all | --conformance [SUITE...]]" ;;
  esac
  need_root "test (switches and namespaces)"
  install_missing
  [ -z "$all" ] || install_missing "${OVS35_PACKAGES[@]}" "${K8S_PACKAGES[@]}"
  use_java
  use build
  local mark log
  mark=$(mktemp)
  log=$(mktemp)
  say "mvn verify"
  (cd "$HEDDLE_ROOT" && mvn -B -ntp --fail-at-end ${all:+-Pall} verify </dev/null 2>&1) |
    tee "$log" | maven_progress || status=1
  if [ "$status" != 0 ]; then
    grep -E '^\[ERROR\]' "$log" | head -n 60 >&2
    say "Maven failed; its whole output is in $log"
  fi
  if [ -n "$all" ]; then
    on_newer_ovs "$log" || status=1
    # In a shell of its own: what cannot be built fails the lab's tests, and not all that come after.
    (k8s_build "$K8S_VERSION") || status=1
    on_api_server "$log" || status=1
  fi
  say "lab tests"
  HEDDLE_TEST_ALL=$all PYTHONPATH=$HEDDLE_ROOT/lab \
    /usr/bin/python3 -m tests "$HEDDLE_ROOT/lab/target/TEST-lab.xml" || status=1
  say "system tests"
  HEDDLE_TEST_ALL=$all PYTHONPATH=$HEDDLE_ROOT/lab:$HEDDLE_ROOT/itests \
    /usr/bin/python3 -m system "$HEDDLE_ROOT/itests/system/target/TEST-system.xml" || status=1
  say "tests of the CNI plugin"
  (cni_build && cni_unit_tests) || status=1
  HEDDLE_TEST_ALL=$all PYTHONPATH=$HEDDLE_ROOT/lab:$HEDDLE_ROOT/itests \
    /usr/bin/python3 -m cni "$HEDDLE_ROOT/itests/cni/target/TEST-cni.xml" || status=1
  if [ -n "$all" ]; then
    say "tests on a Kubernetes cluster"
    PYTHONPATH=$HEDDLE_ROOT/lab:$HEDDLE_ROOT/itests \
      /usr/bin/python3 -m kubernetes "$HEDDLE_ROOT/itests/kubernetes/target/TEST-kubernetes.xml" || status=1
  fi
  say "tests of bench scale"
  HEDDLE_TEST_ALL=$all PYTHONPATH=$HEDDLE_ROOT/lab:$HEDDLE_ROOT/itests \
    /usr/bin/python3 -m scale.test "$HEDDLE_ROOT/itests/scale/target/TEST-scale.xml" || status=1
  /usr/bin/python3 "$HEDDLE_ROOT/scripts/totals.py" "$HEDDLE_ROOT" "$mark" "$status" || status=1
  rm -f "$mark"
  [ "$status" != 0 ] || rm -f "$log"
  return "$status"
}

# The tests on a real Open vSwitch once more, on the release that Debian 13 has; RealOvs reads the three variables.
on_newer_ovs() {
  local log=$1 made
  say "mvn test on Open vSwitch 3.5"
  made=$(PYTHONPATH=$HEDDLE_ROOT/lab /usr/bin/python3 -m heddle_lab.programs 3.5) || return 1
  if ! (cd "$HEDDLE_ROOT" && HEDDLE_OVS_VERSION=3.5 HEDDLE_OVS_PATH=${made%%$'\n'*} HEDDLE_OVS_SCHEMA=${made##*$'\n'} \
    mvn -B -ntp --fail-at-end -Pall -pl openflow-renderer,itests/laws -am test '-Dtest=*OnOvsTest,*OnRealOvsTest' \
    -Dsurefire.failIfNoSpecifiedTests=false -Dsurefire.reportNameSuffix=ovs-3.5 </dev/null 2>&1) >"$log"; then
    grep -E '^\[ERROR\]' "$log" | head -n 60 >&2
    say "on Open vSwitch 3.5 tests failed; the whole output is in $log"
    return 1
  fi
}

# The bridge beside a real API server: HEDDLE_APISERVER, or the newest that was built for a cluster on this machine.
on_api_server() {
  local log=$1 folder=${HEDDLE_APISERVER:-}
  say "mvn verify of the bridge on a real API server"
  if [ -z "$folder" ]; then
    folder=$(find "${XDG_CACHE_HOME:-$HOME/.cache}/heddle" -path '*/k8s-*' -name kube-apiserver -printf '%T@ %h\n' 2>/dev/null |
      sort -rn | head -n 1 | cut -d' ' -f2-)
  fi
  if [ -z "$folder" ]; then
    say "there is no kube-apiserver: HEDDLE_APISERVER says in which folder it is"
    return 1
  fi
  if ! (cd "$HEDDLE_ROOT" && mvn -B -ntp -pl k8s-bridge -am verify "-Dheddle.apiserver=$folder" '-Dtest=EdgeTest' \
    -Dsurefire.failIfNoSpecifiedTests=false </dev/null 2>&1) >"$log"; then
    grep -E '^\[ERROR\]' "$log" | head -n 60 >&2
    say "the bridge's tests on a real API server failed; the whole output is in $log"
    return 1
  fi
}
