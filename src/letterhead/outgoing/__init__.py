"""Outgoing HTTPS: the one place from which we connect to where strangers point us."""
