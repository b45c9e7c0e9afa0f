# SPDX-License-Identifier: Apache-2.0
# Sourced by tools/test, tools/check and tools/bench: steps that are counted, and $work, a folder of this run that is deleted at its end.
work=$(mktemp -d "${TMPDIR:-/tmp}/banmo-$(basename "$0").XXXXXX")
chmod 711 "$work"  # PostgreSQL runs as its own user
passed=0 failed=0
names=()

wants() { [[ $only == *" $1 "* ]]; }  # whether a part stands in $only

step() {  # step <name> <command...>: counts it, shows its output if it fails
  local name=$1 started=$SECONDS
  shift
  printf '%-28s ' "$name"
  if "$@" >"$work/$name.log" 2>&1; then
    passed=$((passed + 1))
    printf 'ok    %4d s   %s\n' $((SECONDS - started)) "$(grep -aE '([0-9]+ passed|# pass|tests? passed|assertions:|Tests +[0-9]|Done [0-9]+ runs)' "$work/$name.log" | tail -n 1 | cut -c1-90)"
  else
    failed=$((failed + 1))
    names+=("$name")
    printf 'FAILED %4d s\n' $((SECONDS - started))
    tail -n "${BANMO_LOG_LINES:-80}" "$work/$name.log"
    return 1
  fi
}

start_postgres() {  # sets BANMO_TEST_PG
  step postgres tools/pg-test start "$work/pg" || return 1
  BANMO_TEST_PG=$(tools/pg-test start "$work/pg")
  export BANMO_TEST_PG
}

clean_up() {
  tools/pg-test stop "$work/pg" || true
  rm -rf "$work"
}

summary() {  # the last line counts
  [ ${#names[@]} = 0 ] || printf 'failed: %s\n' "${names[*]}"
  echo "$passed passed, $failed failed"
  [ $failed = 0 ]
}
