"""Public-suffix questions: where a name stops being everybody's and starts being somebody's.

The list (publicsuffix.org) comes bundled with `publicsuffixlist`, and its rules count in both of their
divisions: ICANN suffixes such as `co.uk`, and private ones such as `github.io`. It is read once, at import,
so that no request pays for it. Names are A-labels in lower case without the final dot.
"""

from publicsuffixlist import PublicSuffixList

# The list's fallback rule `*` would call every unknown TLD a suffix; what can't exist must not pass by it.
_LIST = PublicSuffixList(accept_unknown=False)


def is_public(name: str) -> bool:
    """Whether the name is itself a public suffix, of whichever division."""
    return _LIST.is_public(name)


def is_known(name: str) -> bool:
    """Whether any rule of the list covers the name; if none does, its TLD is not delegated."""
    return _LIST.publicsuffix(name) is not None


def registrable(name: str) -> str:
    """The name one label below its public suffix: `mail.acme.co.uk` gives `acme.co.uk`.

    Under a TLD that the list does not know, the last two labels. A name that has nothing below a
    suffix (a suffix itself, a single label) is returned as it is.
    """
    if is_known(name):
        return _LIST.privatesuffix(name) or name
    return ".".join(name.split(".")[-2:])
