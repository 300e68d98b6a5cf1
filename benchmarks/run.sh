#!/bin/sh
# All ratios of docs/performance.md, on one thread; a quarter of an hour on two idle cores.
#
#   pip install ".[fast]" sentence-transformers && benchmarks/run.sh [LINES.txt]
set -eu
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1 PYTHONPATH=.
begun=$(date +%s)
python benchmarks/program_speed.py "$@"
python benchmarks/search_speed.py "$@"
python benchmarks/ctranslate2_speed.py "$@"
python benchmarks/training_speed.py
python benchmarks/prepare_speed.py 2 "$@"
python benchmarks/embedding_speed.py "$@" ${1:+en-encoder}
python benchmarks/growth.py "$@"
echo "all of it: $(( ($(date +%s) - begun) / 60 )) minutes by the clock"
