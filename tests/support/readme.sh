#!/bin/sh
# The programs in README are those that are built: each is in it, line for line.
#
# usage: readme.sh README PROGRAM...
set -eu
readme=$1
shift
for program; do
	awk -v program="$program" '
		BEGIN {
			while ((getline line < program) > 0)
				wanted = wanted line "\n"
		}
		/^```c$/ { inside = 1; text = ""; next }
		/^```$/ { if (inside && text == wanted) found = 1; inside = 0 }
		inside { text = text $0 "\n" }
		END { exit !found }
	' "$readme" || {
		echo "README does not hold $program as it is" >&2
		exit 1
	}
done
