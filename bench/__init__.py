"""Measurements: `make bench`. Each number is a median of rounds, in CPU time, beside a peer or a limit."""
