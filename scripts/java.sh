# shellcheck shell=bash
# Finds a Java that Karaf runs on: 17 to 24 (Karaf 4.4.10 does not start on 25).

use_java() {
  local home version
  for home in "${JAVA_HOME:-/nowhere}" /usr/lib/jvm/java-17-openjdk-* /usr/lib/jvm/java-21-openjdk-*; do
    [ -x "$home/bin/javac" ] || continue
    version=$("$home/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
    if [ "${version:-0}" -ge 17 ] && [ "$version" -lt 25 ]; then
      export JAVA_HOME=$home
      return 0
    fi
  done
  die "no JDK 17 found: heddle install, or set JAVA_HOME"
}
