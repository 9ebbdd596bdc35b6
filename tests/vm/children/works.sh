# Keeps a CPU busy for about half a second, longer where it is emulated.
i=0
while [ $i -lt 200000 ]; do
  i=$((i + 1))
done
