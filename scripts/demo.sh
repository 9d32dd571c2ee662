# shellcheck shell=bash
# The demo: from nothing to two tenants with equal addresses that cannot see each other, on real switches.

demo() {
  local keep='' file=$HEDDLE_ROOT/examples/two-tenants.yaml wrong=0 port node
  case ${1:-} in
    --keep) keep=yes ;;
    '') ;;
    *) die "usage: heddle demo [--keep]" ;;
  esac
  need_root demo
  local started=$SECONDS
  install_missing
  build

  # What ran before goes on running; what the demo starts, it ends.
  if [ -z "$keep" ]; then
    controller_pid >/dev/null || at_exit controller_stop
    lab_runs || at_exit lab_down
  fi
  lab up --nodes 2
  controller_start
  say "apply examples/two-tenants.yaml"
  rest_apply -f "$file"
  lab pods -f "$file"
  for port in $(document_names LogicalPort "$file"); do
    rest_wait "LogicalPort/$port" --for=Realized --timeout=30s
  done

  say "who reaches whom (rows send):"
  lab matrix -f "$file" || wrong=1
  for node in n1 n2; do
    printf '%s: %s flows\n' "$node" "$(lab exec "$node" ovs-ofctl -O OpenFlow13 dump-flows br-int | grep -c 'cookie=')"
  done
  if [ -n "$keep" ]; then
    say "it runs on; try: heddle console network:show, heddle console, heddle get LogicalPort, heddle nodes,"
    say "  heddle lab exec red-a ping 10.0.0.12, heddle lab cli"
    say "end it with: heddle lab down; heddle stop"
  else
    say "open the console while it runs: heddle demo --keep, then heddle console"
  fi
  [ "$wrong" = 0 ] || die "the matrix is wrong"
  say "demo: right, in $((SECONDS - started)) s"
}

lab_runs() { lab status -o json 2>/dev/null | grep -q '"name"'; }
lab_down() { lab down; }

# Names of the documents of a kind. Only for files of this repository: reads the layout, not YAML.
document_names() {
  awk -v kind="$1" '$1 == "kind:" { k = $2 } $1 == "name:" && k == kind { print $2; k = "" }' "$2"
}
