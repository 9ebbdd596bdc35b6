# Does a little, and is still there when its stack is given names.
value=$(echo something)
sleep 2
: "$value"
