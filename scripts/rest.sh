# shellcheck shell=bash
# The network's documents, over REST. The server checks, renders and explains; this only carries.

rest_token() {
  if [ -n "${HEDDLE_TOKEN:-}" ]; then
    printf '%s' "$HEDDLE_TOKEN"
  else
    cat "$HEDDLE_HOME/etc/heddle.token" 2>/dev/null
  fi
}

# The token comes by a file: an argument would be seen in the list of processes.
curl_rest() {
  curl -sS -K <(rest_trust; printf 'header = "Authorization: Bearer %s"\n' "$(rest_token)") -H "Accept: ${ACCEPT:-text/plain}" "$@"
}

# rest METHOD PATH [curl options]: the body on stdout, or on stderr and exit code 1 if it was refused.
rest() {
  local method=$1 path=$2 body code failed=0
  shift 2
  body=$(mktemp)
  code=$(curl_rest -X "$method" -o "$body" -w '%{http_code}' "$@" "$(rest_url)/api/v1/$path") || failed=$?
  if [ "$failed" != 0 ]; then
    rm -f "$body"
    [ "$failed" != 60 ] || die "$(rest_url) shows a certificate of nobody we trust; HEDDLE_CACERT names whom (docs/tls.md)"
    die "no answer from $(rest_url): heddle start"
  fi
  case $code in
    2??) cat "$body"; rm -f "$body" ;;
    *) cat "$body" >&2; [ -s "$body" ] || say "HTTP $code"; rm -f "$body"; return 1 ;;
  esac
}

# Takes -o json|yaml out of the arguments: the rest is left in ARGUMENTS, the media type in ACCEPT.
ARGUMENTS=() ACCEPT=text/plain
output_option() {
  ARGUMENTS=() ACCEPT=text/plain
  while [ $# -gt 0 ]; do
    case $1 in
      -o | --output) [ $# -gt 1 ] || die "-o needs json, yaml or table"; output_type "$2"; shift ;;
      -o?*) output_type "${1#-o}" ;;
      --output=*) output_type "${1#*=}" ;;
      *) ARGUMENTS+=("$1") ;;
    esac
    shift
  done
}

output_type() {
  case $1 in
    json | yaml) ACCEPT=application/$1 ;;
    table) ACCEPT=text/plain ;;
    *) die "no output form $1: json, yaml or table" ;;
  esac
}

# Kinds and names are words of the path; anything else would be another request.
path_words() {
  local word
  for word in "$@"; do
    [[ $word =~ ^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$ ]] || die "not a kind or a name: '$word'"
  done
}

rest_apply() {
  output_option "$@"
  set -- "${ARGUMENTS[@]}"
  if [ $# -ne 2 ] || [ "$1" != -f ]; then die "usage: heddle apply -f FILE|-"; fi
  [ "$2" = - ] || [ -r "$2" ] || die "cannot read $2"
  rest POST transactions -H 'Content-Type: application/yaml' --data-binary "@$2"
}

rest_get() {
  output_option "$@"
  set -- "${ARGUMENTS[@]}"
  if [ $# -lt 1 ] || [ $# -gt 2 ]; then die "usage: heddle get KIND [NAME] [-o json|yaml]"; fi
  path_words "$@"
  rest GET "$1${2:+/$2}"
}

rest_describe() {
  [ $# -eq 2 ] || die "usage: heddle describe KIND NAME"
  path_words "$@"
  rest GET "$1/$2?view=describe"
}

rest_delete() {
  [ $# -eq 2 ] || die "usage: heddle delete KIND NAME"
  path_words "$@"
  rest DELETE "$1/$2"
}

rest_nodes() { rest_get Node "$@"; }

rest_features() {
  output_option "$@"
  [ ${#ARGUMENTS[@]} -eq 0 ] || die "usage: heddle features [-o json|yaml]"
  rest GET features
}

rest_why() {
  output_option "$@"
  set -- "${ARGUMENTS[@]}"
  if [ $# -ne 1 ] || ! [[ $1 =~ ^(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})$ ]]; then
    die "usage: heddle why COOKIE [-o json|yaml], the cookie as ovs-ofctl dump-flows prints it"
  fi
  rest GET "why/$1"
}

# heddle trace FROM [--to PORT_OR_ADDRESS] [FIELD=VALUE...]
rest_trace() {
  local from='' to='' fields=''
  output_option "$@"
  set -- "${ARGUMENTS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --to=*) to=${1#*=} ;;
      --to) to=${2:?--to needs a port or an address}; shift ;;
      *=*)
        [[ $1 =~ ^[a-z0-9_]+=[A-Za-z0-9.:/_-]+$ ]] || die "a field is written tcp_dst=80, not '$1'"
        fields="$fields${fields:+,}\"${1%%=*}\":\"${1#*=}\""
        ;;
      *) [ -z "$from" ] || die "one sender is expected, not '$from' and '$1'"; from=$1 ;;
    esac
    shift
  done
  [ -n "$from" ] || die "usage: heddle trace FROM [--to PORT_OR_ADDRESS] [FIELD=VALUE...] [-o json|yaml]"
  path_words "$from"
  [[ $to =~ ^[A-Za-z0-9._:-]*$ ]] || die "not a port or an address: '$to'"
  rest POST trace -H 'Content-Type: application/json' \
    -d "{\"from\":\"$from\",\"to\":\"$to\",\"packet\":{$fields}}"
}

# heddle policy simulate -f FILE|- [--connections DIR] | hits ACL
rest_policy() {
  local usage='usage: heddle policy simulate -f FILE|- [--connections DIR] | policy hits ACL [-o json|yaml]'
  output_option "$@"
  set -- "${ARGUMENTS[@]}"
  case ${1:-}-$# in
    simulate-3 | simulate-5)
      [ "$2" = -f ] || die "$usage"
      [ "$3" = - ] || [ -r "$3" ] || die "cannot read $3"
      [ $# = 3 ] || [ "$4" = --connections ] || die "$usage"
      [ $# = 3 ] || [ -d "$5" ] || die "$5 is no directory"
      simulated "$3" "${5:-}" |
        rest POST policy/simulate -H 'Content-Type: application/yaml' --data-binary @-
      ;;
    hits-2)
      path_words "$2"
      rest GET "acls/$2/hits"
      ;;
    *) die "$usage" ;;
  esac
}

# simulated FILE|- DIR: a change, and behind it, as documents, what nodes track: files named after the nodes with what
# ovs-appctl dpctl/dump-conntrack said there.
simulated() {
  local file
  if [ "$1" = - ]; then cat; else cat -- "$1"; fi
  [ -n "$2" ] || return 0
  for file in "$2"/*; do
    [ -f "$file" ] || continue
    printf '\n---\napiVersion: heddle.dev/v1\nkind: ConnectionDump\nmetadata: {name: "%s"}\n' "${file##*/}"
    printf 'spec:\n  connections: [\n'
    sed "/./!d; s/'/''/g; s/.*/    '&',/" "$file"
    printf '  ]\n'
  done
}

# heddle watch KIND [NAME]: a line for each change until it is ended; -o json: the object itself, one on a line.
rest_watch() {
  local status
  output_option "$@"
  set -- "${ARGUMENTS[@]}"
  if [ $# -lt 1 ] || [ $# -gt 2 ]; then die "usage: heddle watch KIND [NAME] [-o json]"; fi
  path_words "$@"
  local shown=$ACCEPT
  [ "$shown" != application/yaml ] || die "watch speaks json or table"
  ACCEPT=application/json
  # Refusals first: a stream has no code to tell them by.
  [ $# -gt 1 ] && rest GET "$1/$2" >/dev/null || rest GET "$1?limit=1" >/dev/null
  curl_rest -N "$(rest_url)/api/v1/$1${2:+/$2}?watch=true" | watch_lines "$shown"
}

# Events as the server writes them: "event: TYPE", then "data: ONE LINE OF JSON" whose first fields are in a fixed order.
watch_lines() {
  local line type='' kind name word
  while IFS= read -r line; do
    line=${line%$'\r'}
    case $line in
      'event: '*) type=${line#event: } ;;
      'data: '*)
        line=${line#data: }
        if [ "$1" = application/json ]; then
          printf '%s %s\n' "$type" "$line"
          continue
        fi
        case $type in
          put | delete)
            kind=${line#*'"kind":"'} name=${line#*'"name":"'} word=
            case $line in
              *'"type":"Realized","status":"True"'*) word=Realized ;;
              *'"type":"Realized","status":"False"'*)
                word=${line#*'"type":"Realized","status":"False","reason":"'}
                word="not Realized: ${word%%\"*}"
                ;;
            esac
            printf '%-7s %-40s %s\n' "$type" "${kind%%\"*}/${name%%\"*}" "$word"
            ;;
          *) printf '%s\n' "$type" ;;
        esac
        ;;
    esac
  done
}

rest_wait() {
  local object='' condition=Realized timeout=30s
  while [ $# -gt 0 ]; do
    case $1 in
      --for=*) condition=${1#*=} ;;
      --for) condition=${2:?--for needs a condition}; shift ;;
      --timeout=*) timeout=${1#*=} ;;
      --timeout) timeout=${2:?--timeout needs a time}; shift ;;
      */*) object=$1 ;;
      *) die "usage: heddle wait KIND/NAME [--for=Realized] [--timeout=30s]" ;;
    esac
    shift
  done
  [ -n "$object" ] || die "usage: heddle wait KIND/NAME [--for=Realized] [--timeout=30s]"
  [[ $timeout =~ ^[0-9]+s?$ ]] || die "a timeout is in seconds: 30s"
  timeout=${timeout%s}s
  ACCEPT=text/plain
  path_words "${object%%/*}" "${object#*/}" "$condition"
  rest GET "$object?wait=${condition,,}&timeout=$timeout"
}
