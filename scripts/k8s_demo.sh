# shellcheck shell=bash
# The demo on Kubernetes: from nothing to real pods under a NetworkPolicy.

# heddle k8s demo [--keep]: pods of two namespaces on two nodes, a NetworkPolicy, and who dropped what it forbids.
k8s_demo() {
  local keep='' file=$HEDDLE_ROOT/examples/kubernetes-policy.yaml started=$SECONDS wrong=0 address said
  case ${1:-} in
    --keep) keep=yes ;;
    '') ;;
    *) die "usage: heddle k8s demo [--keep]" ;;
  esac
  need_root "k8s demo"
  install_missing
  build
  k8s_without_controller
  if [ -z "$keep" ]; then
    at_exit controller_stop
    at_exit k8s_down
  fi
  k8s_with_heddle
  say "kubectl apply -f examples/kubernetes-policy.yaml"
  k8s_run kubectl apply -f "$file" >&2
  k8s_run kubectl wait --for=condition=Ready pod --all --all-namespaces --timeout=120s >&2
  k8s_run kubectl get pods --all-namespaces -o wide
  address=$(k8s_run kubectl -n shop get pod api -o jsonpath='{.status.podIP}')
  rest_wait "LogicalPort/shop.api" --for=Realized --timeout=30s
  k8s_expect shop front "$address" connects || wrong=1
  k8s_expect visitors curious "$address" 'is refused' || wrong=1
  say "who drops it: heddle trace visitors.curious --to $address ip_proto=6 tcp_dst=8080"
  said=$(rest_trace visitors.curious --to "$address" ip_proto=6 tcp_dst=8080) || wrong=1
  printf '%s\n' "${said%%$'\n'*}"
  [[ $said == *'NetworkPolicy shop/api'* ]] || wrong=1
  if [ -n "$keep" ]; then
    say "it runs on; try: heddle k8s kubectl get pods -A, heddle k8s status; end it with: heddle stop; heddle k8s down"
  fi
  [ "$wrong" = 0 ] || die "k8s demo: not as it should be"
  say "k8s demo: right, in $((SECONDS - started)) s"
}

# k8s_expect NAMESPACE POD ADDRESS WHAT: whether the pod connects to the address is as expected.
k8s_expect() {
  local found='is refused'
  if k8s_run kubectl -n "$1" exec "$2" -- /agnhost connect --timeout=2s "$3:8080" >/dev/null 2>&1; then found=connects; fi
  printf '%s/%s %s\n' "$1" "$2" "$found"
  [ "$found" = "$4" ]
}
