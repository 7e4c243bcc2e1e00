"""Foreign text made harmless: what came from the DNS or a server must not steer the terminal."""


def escaped(text: str) -> str:
    r"""The text with everything that can't be printed written out: ESC as \x1b, a line break as \n.

    Besides control characters that goes for signs that turn the direction of text, blanks that are not
    U+0020 and lone surrogates, all of which hide what a record really holds.
    """
    return "".join(char if char.isprintable() else _written_out(char) for char in text)


def _written_out(char: str) -> str:
    return char.encode("ascii", "backslashreplace").decode() if ord(char) > 0x7F else repr(char)[1:-1]
