# to_roman NUMBER: the numeral of a whole number from 1 to 3999.
to_roman() {
  rest=$1
  numeral=
  for step in 1000:M 900:CM 500:D 400:CD 100:C 90:XC 50:L 40:XL 10:X 9:IX 5:V 4:IV 1:I; do
    value=${step%%:*}
    while [ "$rest" -ge "$value" ]; do
      numeral=$numeral${step#*:}
      rest=$((rest - value))
    done
  done
  printf '%s\n' "$numeral"
}
