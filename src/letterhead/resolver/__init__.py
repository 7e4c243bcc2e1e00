"""Asking the DNS: a recursive resolver through a stub, or the zone's own servers through the delegation."""
