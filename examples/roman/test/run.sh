#!/bin/sh
# Checks every case in both directions and writes a JUnit report. With CI_NODE_INDEX and CI_NODE_TOTAL it
# takes every n-th case, so that several jobs share the work.
set -eu
index=${CI_NODE_INDEX:-1}
total=${CI_NODE_TOTAL:-1}
tests=0
failures=0
results=

check() {
  tests=$((tests + 1))
  actual=$(dist/roman "$1" 2>&1) || true
  results="$results    <testcase classname=\"roman\" name=\"$1 is $2\""
  if [ "$actual" = "$2" ]; then
    results="$results/>
"
    echo "ok    $1 is $2"
  else
    failures=$((failures + 1))
    results="$results><failure message=\"got $actual\"/></testcase>
"
    echo "WRONG $1 is $2, got $actual"
  fi
}

line=0
while read -r number numeral; do
  line=$((line + 1))
  if [ $((line % total)) -eq $((index % total)) ]; then
    check "$number" "$numeral"
    check "$numeral" "$number"
  fi
done < test/cases.txt

cat > report.xml <<XML
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="roman $index/$total" tests="$tests" failures="$failures" errors="0" skipped="0" time="0">
$results  </testsuite>
</testsuites>
XML
echo "$tests checks, $failures failures"
[ "$failures" -eq 0 ]
