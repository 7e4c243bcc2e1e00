"""The smarthost: the operator's own mail server, which takes our letters to owners."""
