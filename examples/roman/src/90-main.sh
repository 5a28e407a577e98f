refuse() {
  printf 'roman: %s\n' "$1" >&2
  exit 2
}

case ${1-} in
  --version) printf 'roman %s\n' "$VERSION" ;;
  '') refuse 'a number from 1 to 3999, or a numeral' ;;
  *[!0-9]*)
    case $1 in
      *[!MDCLXVI]*) refuse "$1 is neither a number nor a numeral" ;;
    esac
    from_roman "$1" || refuse "$1 is not how anybody wrote it" ;;
  *)
    { [ "${#1}" -le 4 ] && [ "$1" -ge 1 ] && [ "$1" -le 3999 ]; } || refuse "$1 is not from 1 to 3999"
    to_roman "$1" ;;
esac
