"""`python -m letterhead` is the command `letterhead`."""

from letterhead.cli.main import main

main()
