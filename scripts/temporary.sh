#!/bin/sh
# Prints where tests keep their files: in memory where there is room for them, else nothing, which is the usual
# place. What they show does not rest on the disk, and a disk that is slow to sync makes them wait for it.
[ -w /dev/shm ] || exit 0
[ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -gt 4000000 ] && echo /dev/shm
exit 0
