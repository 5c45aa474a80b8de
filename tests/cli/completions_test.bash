#!/usr/bin/env bash
# Claim: completions offer what the command line takes, in a real bash, and other shells can read
# theirs.
#
# Usage: completions_test.bash PROGRAM
set -u
program=$1
wrong=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
mkdir kept && touch out.sched payload.bin
for shell in bash zsh fish; do "$program" completions "$shell" >"for_$shell" || exit 1; done
# shellcheck source=/dev/null
source ./for_bash

# Offers LINE EXPECTED...: what a Tab after LINE puts into COMPREPLY, in any order. "+": these, among
# others; "-": none of these.
Offers() {
  local line=$1 kind='=' got want
  shift
  case ${1-} in + | -) kind=$1 && shift ;; esac
  COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
  _shortwrite
  got=$(printf '%s\n' "${COMPREPLY[@]}" | sort -u)
  want=$(printf '%s\n' "$@" | sort -u)
  case $kind in
    '=') [[ $got == "$want" ]] && return ;;
    +) [[ -z $(comm -13 <(echo "$got") <(echo "$want")) ]] && return ;;
    -) [[ -z $(comm -12 <(echo "$got") <(echo "$want")) ]] && return ;;
  esac
  echo "wrong: '$line' offers: ${got//$'\n'/ }; expected $kind $*"
  wrong=1
}

[[ $(complete -p shortwrite) == *'-F _shortwrite'* ]] || { echo 'wrong: not registered' && wrong=1; }
Offers 'shortwrite ' + check replay run write verify report doctor completions --version
Offers 'shortwrite ch' check
Offers 'shortwrite --ver' --version
Offers 'shortwrite check --prof' --profile
Offers 'shortwrite check --profile ' linux posix hostile
Offers 'shortwrite check --profile po' posix
Offers 'shortwrite check --profile=h' hostile
Offers 'shortwrite check --backend syscall --text ' ascii utf8
Offers 'shortwrite check --sink full' full
Offers 'shortwrite check --sink pipe:n' nonblock nonblock:slow
Offers 'shortwrite check --faults short,ea' short,eagain
Offers 'shortwrite check --faults=short,ei' short,eintr short,eio
Offers 'shortwrite check --payload pay' payload.bin
Offers 'shortwrite check --corpus ' kept
Offers 'shortwrite check --seed ' ''
Offers 'shortwrite check --json ./pay' ./payload.bin
Offers 'shortwrite check -- gzi' + gzip
Offers 'shortwrite check -- gzip pay' payload.bin
Offers 'shortwrite check -- gzip --prof' ''
Offers 'shortwrite check gzip --prof' ''
Offers 'shortwrite replay ou' out.sched
Offers 'shortwrite replay out.sched gzi' + gzip
Offers 'shortwrite replay --schedule 1:eintr gzi' + gzip
Offers 'shortwrite run --sched' --schedule
Offers 'shortwrite run --trials' ''
Offers 'shortwrite write --mode ' sync async
Offers 'shortwrite verify --json out' out.sched
Offers 'shortwrite completions ' bash zsh fish

# In a bash of its own, as Tab does it: words are broken at ':' and '=' there.
# shellcheck disable=SC2016  # expanded by that bash
if ! printf '%s\n' 'source ./for_bash' 'COMP_WORDBREAKS=${COMP_WORDBREAKS//[:=]/}' \
  'COMP_LINE="shortwrite check --sink pipe:s" COMP_POINT=30' '_shortwrite' \
  '[[ ${COMPREPLY[*]} == pipe:slow ]]' | bash; then
  echo 'wrong: without ":" among the breaks, the whole word is offered'
  wrong=1
fi

for shell in bash zsh fish; do
  if ! command -v "$shell" >/dev/null; then
    echo "skipped: $shell is not installed, so nobody read its completions"
  elif ! "$shell" -n "for_$shell"; then
    echo "wrong: $shell cannot read its completions"
    wrong=1
  fi
done
# Fish can be asked without a terminal.
if command -v fish >/dev/null; then
  got=$(HOME=$scratch fish -c 'source ./for_fish; complete -C "shortwrite check --profile "' | cut -f1 | sort | xargs)
  [[ $got == 'hostile linux posix' ]] || { echo "wrong: fish offers '$got'" && wrong=1; }
fi
# Zsh only at a terminal: one of its own, in which a Tab is awaited. What never comes ends at the
# time limit.
cat >ask.zsh <<'EOF'
zmodload zsh/zpty || exit 77
TERM=dumb zpty asked zsh -f -i
zpty -w asked "PROMPT='REA''DY>'; autoload -U compinit; compinit -u -D; source ./for_zsh"
zpty -r asked seen '*READY>*'
zpty -w -n asked "$1"$'\t'
zpty -r asked seen "*$2*"
EOF
ZshOffers() {
  timeout 60 zsh -f ask.zsh "$1" "$2" </dev/null >/dev/null 2>&1
  case $? in
    0) ;;
    77) echo "skipped: this zsh has no zsh/zpty" ;;
    *) echo "wrong: zsh makes no '$2' of '$1'" && wrong=1 ;;
  esac
}
if command -v zsh >/dev/null; then
  ZshOffers 'shortwrite che' 'check '
  ZshOffers 'shortwrite check --profile po' 'posix '
  ZshOffers 'shortwrite check -- gzi' 'gzip '
  ZshOffers 'shortwrite check -- gzip pay' 'payload.bin'
fi
exit "$wrong"
