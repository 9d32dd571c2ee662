# shellcheck shell=bash
# A Kubernetes cluster on the lab's nodes with a controller of its own, as the demo and the conformance suites want it.

# k8s_with_heddle [FILE...]: the cluster, the files and an account for the bridge applied, and the controller with its features.
k8s_with_heddle() {
  local config=$HEDDLE_HOME/etc/bridge.kubeconfig file
  k8s_run up --nodes 2
  for file in "$@"; do k8s_run kubectl apply --server-side -f "$file" >&2; done
  say "an account for the bridge: kubectl apply -f k8s-bridge/deploy/"
  k8s_run kubectl apply -f "$HEDDLE_ROOT/k8s-bridge/deploy/" >&2
  mkdir -p "$HEDDLE_HOME/etc"
  k8s_account "$config"
  HEDDLE_KUBECONFIG=$config controller_start
  controller_console 'feature:install heddle-acl heddle-kubernetes' >&2
}

k8s_without_controller() {
  if controller_pid >/dev/null; then die "a controller runs: heddle stop, for this one must know the cluster"; fi
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
