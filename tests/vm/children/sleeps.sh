# Forty processes sleep at the same time.
for i in $(seq 40); do
  sleep 2 &
done
wait
