"""The rules, pure: no await, no clock, no chance, no I/O. Imports nothing of ours but itself."""
