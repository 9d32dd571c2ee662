# shellcheck shell=bash
# How long the controller takes to be ready, and what it takes of memory and processor once idle. Each start is a
# cold one, in a directory of its own: no Karaf cache, an empty store.

bench_start() {
  local starts=5 json='' home i pid readings=()
  while [ $# -gt 0 ]; do
    case $1 in
      --starts) starts=${2:?--starts needs a number}; shift ;;
      --json) json=--json ;;
      *) die "usage: heddle bench start [--starts N] [--json]" ;;
    esac
    shift
  done
  [[ $starts =~ ^[1-9][0-9]*$ ]] || die "--starts is a number from 1"
  build
  START_HOME=$(mktemp -d)
  at_exit bench_start_end
  for ((i = 1; i <= starts; i++)); do
    home=$START_HOME/$i
    readings+=("$home/reading.json")
    bench_start_one "$home" || die "start $i failed: $(tail -n 5 "$home/data/log/start.log" 2>/dev/null)"
    pid=$(cat "$home/process")
    kill -TERM "$pid"
    timeout 30 tail -s 0.1 --pid="$pid" -f /dev/null || die "start $i did not end within 30 s"
    rm -f "$home/process"
    say "start $i of $starts: $(cat "$home/reading.json")"
  done
  /usr/bin/python3 "$HEDDLE_ROOT/scripts/start_clock.py" sum $json "${readings[@]}"
}

bench_start_end() {
  local file
  for file in "$START_HOME"/*/process; do
    [ ! -f "$file" ] || kill -KILL "$(cat "$file")" 2>/dev/null
  done
  rm -rf "$START_HOME"
}

# Starts one and waits for all of it, in a shell of its own: where files are follows from HEDDLE_HOME when a part is
# read.
bench_start_one() (
  export HEDDLE_HOME=$1
  read -ra ports < <(/usr/bin/python3 "$HEDDLE_ROOT/scripts/start_clock.py" ports)
  export HEDDLE_REST_PORT=${ports[0]} HEDDLE_SSH_PORT=${ports[1]} HEDDLE_OVSDB_PORT=${ports[2]} HEDDLE_OPENFLOW_PORT=${ports[3]}
  export HEDDLE_OVSDB_ADDRESS=127.0.0.1 HEDDLE_OPENFLOW_ADDRESS=127.0.0.1 HEDDLE_TLS=on
  unset HEDDLE_STORE HEDDLE_URL HEDDLE_TOKEN HEDDLE_PKI
  {
    use pki controller
    unpack
    admit_console_key
    pki_prepare
    pki node clock
    umask 022
    mkdir -p "$HEDDLE_HOME/data/log"
  } >/dev/null 2>&1
  controller_spawn >"$HEDDLE_HOME/process"
  exec /usr/bin/python3 "$HEDDLE_ROOT/scripts/start_clock.py" one "$HEDDLE_HOME" "$(cat "$HEDDLE_HOME/process")" \
    >"$HEDDLE_HOME/reading.json"
)
