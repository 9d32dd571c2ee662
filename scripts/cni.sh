# shellcheck shell=bash
# Compiles the CNI plugin, a static program. Go's own cache makes the second time a second.

CNI_SOURCES=$HEDDLE_ROOT/k8s-bridge/cni
CNI=$CNI_SOURCES/target/heddle-cni

cni_build() {
  local version started=$SECONDS
  use_go
  version=$(git -C "$HEDDLE_ROOT" describe --always --dirty 2>/dev/null || printf unknown)
  say "cni: go build; the first time Go fetches its libraries"
  (cd "$CNI_SOURCES" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$CNI" .) ||
    die "cni: go build failed"
  say "cni: $CNI after $((SECONDS - started)) s"
}

# Unit tests, with a report in the form that Maven's surefire writes.
cni_unit_tests() {
  local status=0
  (cd "$CNI_SOURCES" && if gofmt -l . | grep .; then false; fi && go vet ./... && go test -json ./... >target/tests.json) || status=1
  /usr/bin/python3 "$HEDDLE_ROOT/scripts/go_report.py" "$CNI_SOURCES/target/tests.json" \
    "$CNI_SOURCES/target/TEST-cni-units.xml" || status=1
  return "$status"
}
