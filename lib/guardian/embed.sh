#!/bin/sh
# A file's bytes, as the elements of an array in C.
set -eu
od -An -v -tx1 "$1" | sed 's/\([0-9a-f][0-9a-f]\)/0x\1,/g'
