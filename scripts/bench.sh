# shellcheck shell=bash
# Measures in a plain JVM. HEDDLE_BENCH_JAVA: options of that JVM.

bench() {
  local class log options
  case ${1:-} in
    engine) class=EngineBench ;;
    push)
      class=PushBench
      use install
      install_missing openvswitch-switch
      ;;
    *)
      die "usage: heddle bench engine [--ports N] [--changes N] [--nodes N] [--seed N] [--no-addresses] [--json]
       heddle bench push [--flows N] [--rounds N] [--switches N] [--json]"
      ;;
  esac
  shift
  use_java
  log=$(mktemp)
  say "bench: building"
  if ! (cd "$HEDDLE_ROOT" && mvn -B -ntp -q -DskipTests -pl itests/bench -am package) </dev/null >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    die "the build failed; its whole output is in $log"
  fi
  rm -f "$log"
  read -ra options <<<"${HEDDLE_BENCH_JAVA:--Xms4g -Xmx4g}"
  "$JAVA_HOME/bin/java" "${options[@]}" -cp "$HEDDLE_ROOT/itests/bench/target/classes:$HEDDLE_ROOT/itests/bench/target/lib/*" \
    "dev.heddle.bench.$class" "$@"
}
