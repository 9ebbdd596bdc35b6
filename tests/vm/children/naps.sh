#!/bin/sh
# Sleeps for a quarter of a second, and long enough to be seen by what looks once a second.
sleep 0.25
sleep 2
