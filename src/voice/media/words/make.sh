#!/bin/sh
# Speaks words.txt into one file for each line, LANGUAGE-NAME.ulaw: 8,000 samples a second, G.711 mu-law, no header. Needs espeak-ng and sox
# (Debian). What comes out is committed, so that a box needs neither.
set -eu
cd "$(dirname "$0")"
grep -v '^#' words.txt | while IFS='|' read -r language name text; do
	espeak-ng -v "$language" -s 150 -w /dev/stdout "$text" |
		sox -t wav - -t ul -r 8000 -c 1 "$language-$name.ulaw" gain -n -6 sinc 200-3400 silence 1 0.02 0.3% reverse silence 1 0.02 0.3% reverse
done
