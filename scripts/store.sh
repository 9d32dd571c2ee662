# shellcheck shell=bash
# Copies of the store and the way back (docs/store.md). The controller's own classes read, check and write.

# Where the store is: as etc/dev.heddle.store.cfg says; what it leaves to HEDDLE_STORE and Karaf is known here.
store_directory() {
  local set
  set=$(sed -n 's/^ *directory *= *//p' "$HEDDLE_HOME/etc/dev.heddle.store.cfg" 2>/dev/null | tail -n 1)
  case $set in
    '' | *'${'*) printf '%s' "${HEDDLE_STORE:-$HEDDLE_HOME/data/store}" ;;
    *) printf '%s' "$set" ;;
  esac
}

store_java() {
  local system part class_path=''
  system=$HEDDLE_HOME/system
  [ -d "$system" ] || system=$HEDDLE_ROOT/features/distribution/target/assembly/system
  [ -d "$system" ] || die "nothing is built yet: heddle build"
  for part in dev/heddle/heddle-runtime com/fasterxml/jackson/core/jackson-{core,databind,annotations}; do
    class_path+=$(printf '%s:' "$system/$part"/*/*.jar)
  done
  use_java
  "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -cp "$class_path" dev.heddle.store.Backup "$@"
}

store_backup() {
  [ $# -eq 1 ] || die "usage: heddle backup FILE"
  local file
  file=$(realpath -m "$1")
  (umask 027; store_java backup "$(store_directory)" "$file")
}

store_restore() {
  local replace=''
  if [ "${1:-}" = --replace ]; then replace=--replace; shift; fi
  [ $# -eq 1 ] || die "usage: heddle restore [--replace] FILE"
  controller_pid >/dev/null && die "the controller runs: heddle stop"
  local file
  file=$(realpath -m "$1")
  # shellcheck disable=SC2086
  (umask 027; store_java restore $replace "$file" "$(store_directory)")
}
