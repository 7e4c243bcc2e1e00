"""Names that nobody may register: data, each with who reserved it."""

SPECIAL_USE = {
    "alt": "RFC 9476",
    "arpa": "RFC 3172",  # in-addr, ip6, home (RFC 8375), ipv4only, service and all else of the infrastructure
    "example": "RFC 6761 §6.5",
    "example.com": "RFC 6761 §6.5",
    "example.net": "RFC 6761 §6.5",
    "example.org": "RFC 6761 §6.5",
    "internal": "ICANN Board resolution 2024.07.29.06",
    "invalid": "RFC 6761 §6.4",
    "local": "RFC 6762 §22.1",
    "localhost": "RFC 6761 §6.3",
    "onion": "RFC 7686",
    "test": "RFC 6761 §6.2",
}
"""IANA's special-use names, and `internal`; all that is below them is reserved likewise."""

PROVIDERS = frozenset(
    {
        "amazonaws.com",
        "amazonses.com",
        "mailgun.net",
        "mailgun.org",
        "mailjet.com",
        "mandrillapp.com",
        "postmarkapp.com",
        "resend.com",
        "resend.dev",
        "sendgrid.com",
        "sendgrid.net",
        "sparkpostmail.com",
    }
)
"""Domains of services that send on behalf of others; whoever asks for one is mistaken or worse."""
