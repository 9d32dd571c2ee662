# shellcheck shell=bash
# The demo on Kubernetes: from nothing to real pods under a NetworkPolicy.

# heddle k8s demo [--keep]: pods of two namespaces on two nodes, a NetworkPolicy, and who dropped what it forbids.
k8s_demo() {
  local keep='' file=$HEDDLE_ROOT/examples/kubernetes-policy.yaml config started=$SECONDS wrong=0 address said
  case ${1:-} in
    --keep) keep=yes ;;
    '') ;;
    *) die "usage: heddle k8s demo [--keep]" ;;
  esac
  need_root "k8s demo"
  install_missing
  build
  if controller_pid >/dev/null; then die "a controller runs: heddle stop, for this one must know the cluster"; fi
  config=$HEDDLE_HOME/etc/bridge.kubeconfig
  if [ -z "$keep" ]; then
    at_exit controller_stop
    at_exit k8s_down
  fi
  k8s_run up --nodes 2
  say "an account for the bridge: kubectl apply -f k8s-bridge/deploy/"
  k8s_run kubectl apply -f "$HEDDLE_ROOT/k8s-bridge/deploy/" >&2
  mkdir -p "$HEDDLE_HOME/etc"
  k8s_account "$config"
  HEDDLE_KUBECONFIG=$config controller_start
  controller_console 'feature:install heddle-acl heddle-kubernetes' >&2
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

# In a shell of its own: the command ends it.
k8s_run() { (k8s "$@"); }

k8s_down() { k8s_run down; }

# A kubeconfig for the bridge's account, for this user only.
k8s_account() {
  local file=$1 token server
  # The token is filled in by a controller of Kubernetes, a moment after the secret is there.
  k8s_run kubectl -n heddle-system wait secret/heddle-bridge-token --for=jsonpath='{.data.token}' --timeout=30s >&2
  token=$(k8s_run kubectl -n heddle-system get secret heddle-bridge-token -o jsonpath='{.data.token}' | base64 -d)
  server=$(k8s_run kubectl config view --raw --minify -o jsonpath='{.clusters[0].cluster.server}')
  (
    umask 077
    cat >"$file" <<YAML
apiVersion: v1
kind: Config
clusters:
  - name: it
    cluster:
      server: $server
      certificate-authority-data: $(k8s_run kubectl config view --raw --flatten --minify \
      -o jsonpath='{.clusters[0].cluster.certificate-authority-data}')
users: [{name: bridge, user: {token: $token}}]
contexts: [{name: it, context: {cluster: it, user: bridge}}]
current-context: it
YAML
  )
}

# k8s_expect NAMESPACE POD ADDRESS WHAT: whether the pod connects to the address is as expected.
k8s_expect() {
  local found='is refused'
  if k8s_run kubectl -n "$1" exec "$2" -- /agnhost connect --timeout=2s "$3:8080" >/dev/null 2>&1; then found=connects; fi
  printf '%s/%s %s\n' "$1" "$2" "$found"
  [ "$found" = "$4" ]
}
