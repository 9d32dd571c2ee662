# shellcheck shell=bash
# Certificates for TLS between nodes and controller, made with openssl, kept as ovs-pki(8) keeps them: one authority
# that signs switches, one that signs controllers. So no node can pass for the controller before another node.

PKI=${HEDDLE_PKI:-$HEDDLE_HOME/pki}
PKI_DAYS=${HEDDLE_PKI_DAYS:-365}
PKI_AUTHORITY_DAYS=3650
TLS_DIRECTORY=$HEDDLE_HOME/etc/tls

pki() {
  local command=${1:-}
  [ $# -eq 0 ] || shift
  umask 077
  case $command in
    init) pki_init ;;
    controller) pki_controller "$@" ;;
    rest) pki_rest "$@" ;;
    node) pki_node "$@" ;;
    renew) pki_renew "$@" ;;
    show) pki_show ;;
    *) die "usage: heddle pki init | controller | rest [--san ADDRESS_OR_NAME]... | node NAME | renew [NAME]... | show" ;;
  esac
}

# The authorities, once: what is there is never replaced. Also called by the commands below.
pki_init() {
  local authority directory
  command -v openssl >/dev/null || die "openssl is not installed: heddle install"
  for authority in switchca controllerca; do
    directory=$PKI/$authority
    [ ! -f "$directory/cacert.pem" ] || continue
    mkdir -p "$directory/private"
    chmod 700 "$PKI" "$directory" "$directory/private"
    pki_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days "$PKI_AUTHORITY_DAYS" \
      -subj "/O=Open vSwitch/OU=$authority/CN=heddle $authority $(date -u +%Y-%m-%dT%H:%M:%SZ)" \
      -addext basicConstraints=critical,CA:true,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign \
      -keyout "$directory/private/cakey.pem" -out "$directory/cacert.pem"
    say "made the authority $directory/cacert.pem, valid for $PKI_AUTHORITY_DAYS days; whoever reads" \
      "$directory/private can make certificates"
  done
}

# pki_names WHAT DEFAULT... -- [--san NAME]...: the names a certificate is for, into NAMES. renew asks for them again.
NAMES=()
pki_names() {
  local what=$1 file=$PKI/$1/names
  shift
  NAMES=()
  while [ "$1" != -- ]; do
    NAMES+=("$1")
    shift
  done
  shift
  pki_init
  mkdir -p "$PKI/$what"
  [ -f "$file" ] || printf '%s\n' "${NAMES[@]}" >"$file"
  [ $# -eq 0 ] || NAMES=()
  while [ $# -gt 0 ]; do
    if [ "$1" != --san ] || [ -z "${2:-}" ]; then
      die "usage: heddle pki $what [--san ADDRESS_OR_NAME]..."
    fi
    pki_checked_name "$2"
    NAMES+=("$2")
    printf '%s\n' "${NAMES[@]}" >"$file"
    shift 2
  done
  mapfile -t NAMES <"$file"
}

pki_controller() {
  pki_names controller "$(uname -n)" -- "$@"
  pki_sign controllerca serverAuth "$TLS_DIRECTORY" heddle-controller "${NAMES[@]}"
  pki_place "$PKI/switchca/cacert.pem" "$TLS_DIRECTORY/cacert.pem"
  say "the controller's certificate is in $TLS_DIRECTORY; a controller that runs takes it for new connections"
}

# What REST shows: a certificate of its own, so that it can be one of an authority that browsers know.
pki_rest() {
  local names=(127.0.0.1 ::1 localhost "$(uname -n)")
  case ${HEDDLE_REST_ADDRESS:-} in
    '' | 0.0.0.0 | :: | 127.0.0.1 | ::1 | localhost) ;;
    *) names+=("$HEDDLE_REST_ADDRESS") ;;
  esac
  pki_names rest "${names[@]}" -- "$@"
  pki_sign controllerca serverAuth "$TLS_DIRECTORY/rest" heddle-rest "${NAMES[@]}"
  pki_place "$PKI/controllerca/cacert.pem" "$TLS_DIRECTORY/rest/cacert.pem"
  say "the certificate of REST is in $TLS_DIRECTORY/rest, for ${NAMES[*]}; clients trust $TLS_DIRECTORY/rest/cacert.pem"
}

pki_node() {
  local name=${1:-} directory port=${HEDDLE_OVSDB_PORT:-6640}
  [ $# -eq 1 ] || die "usage: heddle pki node NAME"
  pki_checked_name "$name"
  pki_init
  directory=$PKI/nodes/$name
  pki_sign switchca clientAuth "$directory" "$name" "$name"
  pki_place "$PKI/controllerca/cacert.pem" "$directory/cacert.pem"
  cat <<TEXT
# $directory is for node $name alone. Copy it there, readable by root only, for example
#   scp -r $directory root@$name:/etc/openvswitch/heddle
# and run on the node, with its own address and the controller's:
ovs-vsctl set-ssl /etc/openvswitch/heddle/privkey.pem /etc/openvswitch/heddle/cert.pem /etc/openvswitch/heddle/cacert.pem
ovs-vsctl set-manager ssl:CONTROLLER:$port -- \\
  set Open_vSwitch . external_ids:system-id=$name external_ids:heddle-encap-ip=ADDRESS
TEXT
}

# New keys and certificates for the controller and all nodes, or only for the nodes named.
pki_renew() {
  local names=("$@") name
  if [ $# -eq 0 ]; then
    [ ! -d "$PKI/controller" ] || pki_controller
    [ ! -d "$PKI/rest" ] || pki_rest
    mapfile -t names < <(find "$PKI/nodes" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2>/dev/null | sort)
  fi
  for name in "${names[@]}"; do
    pki_checked_name "$name"
    [ -d "$PKI/nodes/$name" ] || die "$name has no certificate yet: heddle pki node $name"
    pki_node "$name" >/dev/null
    say "$PKI/nodes/$name is new: copy it to the node, over what is there; Open vSwitch takes it for new connections"
  done
}

pki_show() {
  local file
  for file in "$PKI"/*/cacert.pem "$TLS_DIRECTORY/cert.pem" "$TLS_DIRECTORY/rest/cert.pem" "$PKI"/nodes/*/cert.pem; do
    [ ! -f "$file" ] || printf '%s  %s\n' "$(openssl x509 -in "$file" -noout -enddate | sed 's/notAfter=/until /')" "$file"
  done
}

# pki_sign AUTHORITY USE DIRECTORY COMMON_NAME NAME...: a new key and its certificate, put in place at the end.
pki_sign() {
  local authority=$PKI/$1 use=$2 directory=$3 common=$4 work subject alternatives='' name
  shift 4
  for name in "$@"; do
    case $name in
      *[!0-9.]*) case $name in *:*:*) name=IP:$name ;; *) name=DNS:$name ;; esac ;;
      *) name=IP:$name ;;
    esac
    alternatives=$alternatives,$name
  done
  mkdir -p "$directory"
  chmod 700 "$directory"
  work=$(mktemp -d "$directory/.new.XXXXXX")
  # A common name has 64 characters at most (RFC 5280); the DNS name then stands alone.
  subject="/O=Open vSwitch"
  [ ${#common} -gt 64 ] || subject="$subject/CN=$common"
  pki_openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$subject" \
    -keyout "$work/privkey.pem" -out "$work/request.pem"
  printf '%s\n' basicConstraints=critical,CA:false keyUsage=critical,digitalSignature "extendedKeyUsage=$use" \
    "subjectAltName=${alternatives#,}" >"$work/extensions"
  pki_openssl x509 -req -in "$work/request.pem" -CA "$authority/cacert.pem" -CAkey "$authority/private/cakey.pem" \
    -set_serial "0x$(openssl rand -hex 16)" -sha256 -days "$PKI_DAYS" -extfile "$work/extensions" -out "$work/cert.pem"
  chmod 600 "$work/privkey.pem" "$work/cert.pem"
  mv -f "$work/privkey.pem" "$directory/privkey.pem"
  mv -f "$work/cert.pem" "$directory/cert.pem"
  rm -rf "$work"
}

# A reader sees the old file or the new one, never half of it.
pki_place() {
  install -m 600 "$1" "$2.new"
  mv -f "$2.new" "$2"
}

# What model names allow of a node (docs/nodes.md): nothing that openssl would take for syntax.
pki_checked_name() {
  [[ ${#1} -le 253 && $1 =~ ^[A-Za-z0-9._:-]+$ && $1 =~ ^[A-Za-z0-9] ]] || die "not a name or address: $1"
}

# Quiet unless it fails.
pki_openssl() {
  local said
  said=$(openssl "$@" 2>&1) || die "openssl $1 failed: $said"
}

# Before the controller starts for the first time: TLS is on unless it is told not to be.
pki_prepare() {
  if [ "${HEDDLE_TLS:-on}" != off ] && [ ! -f "$TLS_DIRECTORY/cert.pem" ]; then pki controller; fi
  if [ "$(rest_tls)" = on ] && [ ! -f "$TLS_DIRECTORY/rest/cert.pem" ]; then pki rest; fi
}
