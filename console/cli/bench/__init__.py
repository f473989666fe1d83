"""``main.py bench``: what this machine can do, as ratios measured in one run, written to BENCHMARKS.md."""
