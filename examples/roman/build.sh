#!/bin/sh
# Puts the parts together into one executable, dist/roman.
set -eu
mkdir -p dist
{
  echo '#!/bin/sh'
  echo 'set -eu'
  echo "VERSION='$(cat VERSION) (${CI_COMMIT_SHORT_SHA:-not committed})'"
  cat src/*.sh
} > dist/roman
chmod +x dist/roman
sh -n dist/roman
echo "built $(dist/roman --version)"
