"""Where the walk of the delegation starts: the root servers' IPv4 addresses, A to M.

Source: IANA's `named.root` (RFC 9609 §2). The addresses change about once in a few years, and the old ones
keep answering for long.
"""

from datetime import date

PUBLISHED = date(2026, 7, 22)
"""The day that `named.root` bears."""

ROOT_HINTS = (
    "198.41.0.4",
    "170.247.170.2",
    "192.33.4.12",
    "199.7.91.13",
    "192.203.230.10",
    "192.5.5.241",
    "192.112.36.4",
    "198.97.190.53",
    "192.36.148.17",
    "192.58.128.30",
    "193.0.14.129",
    "199.7.83.42",
    "202.12.27.33",
)
