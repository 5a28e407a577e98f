#!/bin/sh
# Complains about long lines. Nobody has agreed on this rule yet, so its job is allowed to fail.
limit=100
awk -v limit=$limit 'length($0) > limit { printf "%s:%d: %d characters\n", FILENAME, FNR, length($0); bad = 1 }
  END { exit bad }' src/*.sh test/*.sh build.sh
