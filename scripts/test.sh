# shellcheck shell=bash
# Every test: Maven's (units, laws, real Open vSwitch, the distribution), the lab's, and those of the whole
# system as an operator drives it. Ends with the totals.

run_tests() {
  local all='' status=0
  case ${1:-} in
    --all) all=yes ;;
    '') ;;
    *) die "usage: heddle test [--all]" ;;
  esac
  need_root "test (switches and namespaces)"
  install_missing
  [ -z "$all" ] || install_missing "${OVS35_PACKAGES[@]}"
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
  say "lab tests"
  HEDDLE_TEST_ALL=$all PYTHONPATH=$HEDDLE_ROOT/lab \
    /usr/bin/python3 -m tests "$HEDDLE_ROOT/lab/target/TEST-lab.xml" || status=1
  say "system tests"
  HEDDLE_TEST_ALL=$all PYTHONPATH=$HEDDLE_ROOT/lab:$HEDDLE_ROOT/itests \
    /usr/bin/python3 -m system "$HEDDLE_ROOT/itests/system/target/TEST-system.xml" || status=1
  /usr/bin/python3 "$HEDDLE_ROOT/scripts/totals.py" "$HEDDLE_ROOT" "$mark" "$status" || status=1
  rm -f "$mark"
  [ "$status" != 0 ] || rm -f "$log"
  return "$status"
}
