# digit LETTER: its value.
digit() {
  case $1 in
    M) echo 1000 ;; D) echo 500 ;; C) echo 100 ;; L) echo 50 ;; X) echo 10 ;; V) echo 5 ;; I) echo 1 ;;
  esac
}

# from_roman NUMERAL: its number; fails for letters in an order no numeral has.
from_roman() {
  rest=$1
  number=0
  while [ -n "$rest" ]; do
    tail=${rest#?}
    value=$(digit "${rest%"$tail"}")
    after=$(digit "${tail%"${tail#?}"}")
    if [ "$value" -lt "${after:-0}" ]; then value=$((-value)); fi
    number=$((number + value))
    rest=$tail
  done
  [ "$number" -gt 0 ] && [ "$(to_roman "$number")" = "$1" ] && printf '%s\n' "$number"
}
