# shellcheck shell=bash
# Tokens for REST: a line NAME ROLE SHA256 each in etc/heddle.tokens of the controller, which reads the file when it
# changes. The token itself is shown once and kept nowhere.

TOKENS=$HEDDLE_HOME/etc/heddle.tokens

token() {
  local command=${1:-}
  [ $# -eq 0 ] || shift
  umask 077
  case $command in
    create) token_create "$@" ;;
    list) token_list "$@" ;;
    revoke) token_revoke "$@" ;;
    *) die "usage: heddle token create NAME --role read|operate|admin | list | revoke NAME" ;;
  esac
}

token_create() {
  local name='' role='' secret
  while [ $# -gt 0 ]; do
    case $1 in
      --role=*) role=${1#*=} ;;
      --role) role=${2:-}; shift ;;
      *) [ -z "$name" ] || die "one name is expected, not '$name' and '$1'"; name=$1 ;;
    esac
    shift || break
  done
  [ -n "$name" ] || die "usage: heddle token create NAME --role read|operate|admin"
  [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$ ]] || die "not a name for a token: '$name'"
  case $role in
    read | operate | admin) ;;
    *) die "a role is read (looks), operate (writes documents) or admin (retires features): --role read" ;;
  esac
  token_lock
  ! grep -q "^$name[[:blank:]]" "$TOKENS" || die "there is a token named $name: heddle token revoke $name"
  secret=$(head -c 32 /dev/urandom | basenc --base64url -w0 | tr -d =)
  [ ${#secret} = 43 ] || die "no random bytes came from /dev/urandom"
  token_replace < <(cat "$TOKENS"
    printf '%s %s %s\n' "$name" "$role" "$(printf %s "$secret" | sha256sum | cut -d' ' -f1)")
  say "the token of $name, role $role; it is not shown again:"
  printf '%s\n' "$secret"
}

token_list() {
  [ $# -eq 0 ] || die "usage: heddle token list"
  token_file
  awk 'BEGIN { printf "%-20s %s\n", "NAME", "ROLE" } NF == 3 && !/^#/ { printf "%-20s %s\n", $1, $2 }' "$TOKENS"
}

token_revoke() {
  local name=${1:-}
  [ $# -eq 1 ] || die "usage: heddle token revoke NAME"
  token_lock
  awk -v name="$name" '$1 == name && NF == 3 { found = 1 } END { exit !found }' "$TOKENS" || die "there is no token named '$name'"
  token_replace < <(awk -v name="$name" '!($1 == name && NF == 3)' "$TOKENS")
  say "the token of $name lets nobody in any more"
}

token_file() {
  [ -r "$TOKENS" ] || die "cannot read $TOKENS: the controller makes it at its first start"
}

# One writer at a time; a second one waits for it.
token_lock() {
  token_file
  exec 9<"$HEDDLE_HOME/etc"
  flock -w 10 9 || die "another command changes $TOKENS"
}

# The new file from stdin: a reader sees the old one or the new one, never half of it.
token_replace() {
  local new
  new=$(mktemp "$TOKENS.XXXXXX")
  cat >"$new"
  mv -f "$new" "$TOKENS"
}
