"""Asking the DNS: resolvers over UDP, TCP, TLS and HTTPS, or the zone's own servers by delegation."""
