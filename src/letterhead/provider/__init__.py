"""Providers: whoever signs and sends the mail of a domain; each fills ports.Provider.

relay       keys of our own
key_pool    DKIM keys made ahead of time
seal        encryption of private keys at rest
master_key  the file with the key that seals all others
"""
