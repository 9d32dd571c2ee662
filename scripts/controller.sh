# shellcheck shell=bash
# Runs the Karaf distribution from HEDDLE_HOME: its programs are the build's, its state (data, keys, token) stays.

PID_FILE=$HEDDLE_HOME/heddle.pid
CONSOLE_KEY=$HEDDLE_HOME/etc/console.key
READY_SECONDS=${HEDDLE_READY_SECONDS:-90}

# The controller's pid if it runs. A pid alone may have gone to another process since: its start time goes with it.
controller_pid() {
  local pid started
  [ -f "$PID_FILE" ] || return 1
  read -r pid started <"$PID_FILE" || return 1
  [ -n "$started" ] && [ "$(process_start "$pid")" = "$started" ] && printf '%s' "$pid"
}

# Empty for a process that has ended, if only its parent has not noticed yet.
process_start() { sed -n 's/.*) //; /^[^ZX]/p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# Brings the build's distribution to HEDDLE_HOME. State stays, but not Karaf's cache of the old bundles.
unpack() {
  local assembly=$HEDDLE_ROOT/features/distribution/target/assembly mark
  [ -d "$assembly" ] || die "nothing is built yet: heddle build"
  mark=$(stat -c '%Y' "$assembly" "$assembly/etc" "$assembly/system"
    cat "$assembly/../heddle-build" 2>/dev/null || true)
  [ "$(cat "$HEDDLE_HOME/unpacked" 2>/dev/null)" != "$mark" ] || return 0
  mkdir -p "$HEDDLE_HOME"
  (cd "$HEDDLE_HOME" && rm -rf system lib bin data/cache data/tmp)
  cp -a "$assembly/." "$HEDDLE_HOME/"
  printf '%s\n' "$mark" >"$HEDDLE_HOME/unpacked"
}

# The console is reached by key only: one of our own, made once, allowed in etc/keys.properties.
admit_console_key() {
  local line
  [ -f "$CONSOLE_KEY" ] || ssh-keygen -q -t ecdsa -b 256 -N '' -C heddle-console -f "$CONSOLE_KEY"
  line="heddle = $(cut -d' ' -f2 "$CONSOLE_KEY.pub"),_g_:admingroup"
  grep -qxF "$line" "$HEDDLE_HOME/etc/keys.properties" 2>/dev/null ||
    printf '%s\n' "$line" >>"$HEDDLE_HOME/etc/keys.properties"
}

# Nodes of a lab reach the controller at the lab's underlay; without one, and unless told, it stays on loopback.
listen_for_lab() {
  local address
  [ -z "${HEDDLE_OVSDB_ADDRESS:-}${HEDDLE_OPENFLOW_ADDRESS:-}" ] || return 0
  address=$(lab status -o json 2>/dev/null | sed -n 's/^  "controller": *"\([^"]*\)".*/\1/p') || true
  [ -n "$address" ] || return 0
  say "controller: listens for the lab's nodes on $address"
  export HEDDLE_OVSDB_ADDRESS=$address HEDDLE_OPENFLOW_ADDRESS=$address
}

controller_start() {
  local pid mute started=$SECONDS
  # One that is being killed just now is still there for a moment: it answers, or it goes.
  while pid=$(controller_pid); do
    if controller_ready; then
      say "controller: runs already (process $pid)"
      return 0
    fi
    [ $((SECONDS - started)) -lt "$READY_SECONDS" ] || die "process $pid runs but does not answer: heddle logs"
    sleep 0.2
  done
  use_java
  unpack
  admit_console_key
  pki_prepare
  HEDDLE_REST_TLS=$(rest_tls)
  export HEDDLE_REST_TLS
  mkdir -p "$HEDDLE_HOME/data/log"
  listen_for_lab
  pid=$(controller_spawn)
  printf '%s %s\n' "$pid" "$(process_start "$pid")" >"$PID_FILE"
  say "controller: starting (process $pid)"
  until controller_ready; do
    controller_pid >/dev/null || {
      tail -n 20 "$HEDDLE_HOME/data/log/start.log" >&2
      die "the controller ended while it started: heddle logs"
    }
    mute=$(controller_mute)
    [ -z "$mute" ] || die "process $pid runs, but cannot be asked: $mute"
    [ $((SECONDS - started)) -lt "$READY_SECONDS" ] || die "not ready after $READY_SECONDS s: heddle logs"
    sleep 0.2
  done
  say "controller: ready after $((SECONDS - started)) s at $(rest_url)"
}

# Starts Karaf in a session of its own and prints its process.
controller_spawn() {
  # "daemon" keeps Karaf in the foreground of this child, and exec makes the child's pid Java's own.
  (
    cd "$HEDDLE_HOME" || exit 1
    unset KARAF_HOME KARAF_BASE KARAF_DATA KARAF_ETC
    export KARAF_EXEC="exec"
    exec setsid bin/karaf daemon </dev/null >data/log/start.log 2>&1
  ) &
  printf '%s' "$!"
}

controller_ready() { curl -fs -K <(rest_trust) -o /dev/null --max-time 2 "$(rest_url)/api/v1/ready"; }

# Why REST does not answer, in the controller's own words since it was started; empty if it said nothing.
controller_mute() {
  local since
  since=$(date -r "$PID_FILE" +%Y-%m-%dT%H:%M:%S 2>/dev/null) || return 0
  tail -n 2000 "$HEDDLE_HOME/data/log/heddle.log" 2>/dev/null | awk -v since="$since" '
    $1 >= since && /REST (does not listen|listens on)|REST answers nobody|TLS: new connections/ { last = $0 }
    END { if (last ~ /REST (does not listen|answers nobody)/) { sub(/^.*(RestComponent|CertificateWatch): /, "", last); print last } }' || true
}

controller_stop() {
  local pid
  if ! pid=$(controller_pid); then
    say "controller: does not run"
    rm -f "$PID_FILE"
    return 0
  fi
  kill -TERM "$pid"
  if ! timeout 30 tail -s 0.1 --pid="$pid" -f /dev/null; then
    say "controller: still there after 30 s, killed"
    kill -KILL "$pid"
    tail -s 0.1 --pid="$pid" -f /dev/null
  fi
  rm -f "$PID_FILE"
  say "controller: stopped"
}

# Exit codes as systemctl has them: 0 runs and is ready, 3 does not run, 1 runs but does not answer.
controller_status() {
  local pid
  if ! pid=$(controller_pid); then
    printf 'controller: does not run\n'
    return 3
  fi
  if ! controller_ready; then
    printf 'controller: process %s, not ready\n' "$pid"
    controller_mute
    return 1
  fi
  printf 'controller: process %s, ready at %s, %s MB\n' "$pid" "$(rest_url)" \
    "$(($(awk '/^VmRSS/ {print $2}' "/proc/$pid/status") / 1024))"
}

controller_console() {
  controller_pid >/dev/null || die "the controller does not run: heddle start"
  local tty=() status=0
  [ $# -gt 0 ] || tty=(-t)
  # Quiet: Karaf ends each connection in a way that ssh would remark on. 255 is ssh's own failure.
  ssh -o LogLevel=QUIET "${tty[@]}" -p "${HEDDLE_SSH_PORT:-8101}" -i "$CONSOLE_KEY" -o IdentitiesOnly=yes \
    -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile="$HEDDLE_HOME/etc/known_hosts" heddle@127.0.0.1 "$@" || status=$?
  [ "$status" != 255 ] || die "the console does not answer on port ${HEDDLE_SSH_PORT:-8101}"
  return "$status"
}

controller_logs() {
  local log=$HEDDLE_HOME/data/log/heddle.log
  [ -f "$log" ] || die "no log yet: $log"
  case ${1:-} in
    -f) tail -n 200 -F "$log" ;;
    '') tail -n 200 "$log" ;;
    *) die "usage: heddle logs [-f]" ;;
  esac
}
