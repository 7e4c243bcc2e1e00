"""DMARC (RFC 9989): `record` reads one, `discovery` finds the one that rules, `advice` says what to publish.

`policy` orders the three policies.
"""
