# Sends five bytes to a port of this machine where nobody listens.
printf hello | busybox nc -u -w 1 127.0.0.1 9099
exit 0
