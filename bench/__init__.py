"""Measurements: `make bench`. Each number is a median of rounds, in CPU time, beside what it is held against."""
