# shellcheck shell=bash
# Compiles and assembles the distribution; does nothing if no source changed since the last time.

ASSEMBLY=$HEDDLE_ROOT/features/distribution/target/assembly

# A digest of all that the build reads: paths, sizes, times.
sources_digest() {
  (cd "$HEDDLE_ROOT" && find pom.xml runtime l2-switching acl-bundle openflow-renderer bundles features \
    k8s-bridge/pom.xml k8s-bridge/bnd.bnd k8s-bridge/src \
    \( -name target -o -name .flattened-pom.xml \) -prune -o -type f -printf '%p %s %T@\n' | sort | sha256sum)
}

build() {
  use_java
  local stamp=$HEDDLE_ROOT/features/distribution/target/heddle-build digest log started
  digest=$(sources_digest)
  if [ -d "$ASSEMBLY" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$digest" ]; then
    say "build: nothing changed"
    return 0
  fi
  log=$(mktemp)
  started=$SECONDS
  say "build: mvn package, without tests; the first time Maven fetches its libraries (minutes)"
  if ! (cd "$HEDDLE_ROOT" && mvn -B -ntp -DskipTests -pl features/distribution -am package </dev/null 2>&1) |
    tee "$log" | maven_progress; then
    # Warnings that name a file are errors here: the compiler is told so.
    grep -E '^\[ERROR\] .|^\[WARNING\] /' "$log" | head -n 30 >&2
    die "the build failed; its whole output is in $log"
  fi
  rm -f "$log"
  printf '%s\n' "$digest" >"$stamp"
  say "build: done in $((SECONDS - started)) s"
}

# One line per module, out of Maven's many.
maven_progress() {
  awk '/^\[INFO\] Building .*\[[0-9]+\/[0-9]+\]/ {
         n = $NF
         sub(/^\[INFO\] Building /, "")
         sub(/ [^ ]+ +\[[0-9]+\/[0-9]+\]$/, "")
         print "  " n " " $0
         fflush() }
       /Tests run: .*Time elapsed/ { sub(/^\[[A-Z]+\] /, ""); print "    " $0; fflush() }' >&2
}
