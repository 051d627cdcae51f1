#!/bin/sh
# List the C sources below a directory (relative to the working directory's meson.build), one a line.
set -eu
cd "${MESON_SOURCE_ROOT:-.}/${MESON_SUBDIR:-.}/$1"
find . -name '*.c' | sed 's|^\./||' | LC_ALL=C sort
