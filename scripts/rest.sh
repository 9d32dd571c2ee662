# shellcheck shell=bash
# The network's documents, over REST. The server checks, renders and explains; this only carries.

rest_token() {
  if [ -n "${HEDDLE_TOKEN:-}" ]; then
    printf '%s' "$HEDDLE_TOKEN"
  else
    cat "$HEDDLE_HOME/etc/heddle.token" 2>/dev/null
  fi
}

# rest METHOD PATH [curl options]: the body on stdout, or on stderr and exit code 1 if it was refused.
rest() {
  local method=$1 path=$2 body code
  shift 2
  body=$(mktemp)
  # The token comes by a file: an argument would be seen in the list of processes.
  if ! code=$(curl -sS -X "$method" -o "$body" -w '%{http_code}' \
    -K <(printf 'header = "Authorization: Bearer %s"\n' "$(rest_token)") \
    -H "Accept: ${ACCEPT:-text/plain}" "$@" "$(rest_url)/api/v1/$path"); then
    rm -f "$body"
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
