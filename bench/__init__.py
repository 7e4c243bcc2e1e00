"""Measurements: `make bench`. Each number is a median of rounds of CPU time, beside what it is held against."""
