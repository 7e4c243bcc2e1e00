"""`letterhead members`: who belongs to the team, asked of a running server."""

from typing import Final
from urllib.parse import quote

import click

from letterhead.cli.answers import Member, Members
from letterhead.cli.client import Server
from letterhead.cli.options import paged, served, yes
from letterhead.cli.pages import listed
from letterhead.cli.printing import printed
from letterhead.cli.render import members as show_members
from letterhead.cli.render.screen import Screen

ROLES: Final = ("owner", "admin", "member", "viewer")

_role = click.argument("role", type=click.Choice(ROLES))
_member = click.argument("member_id", metavar="ID")


@click.group("members")
def members() -> None:
    """List, add and remove the people of the team, and say what they may do.

    ID is a member's id, such as mem_01kf0h4y8r; 'letterhead members list' shows them.
    """


@members.command("list")
@paged
@served
def list_(server: Server, as_json: bool, limit: int, everything: bool) -> None:
    """List the team's members, newest first."""
    answer = listed(server, "/members", limit=limit, everything=everything)
    printed(answer, as_json, Members, show_members.listing)


@members.command()
@click.argument("email")
@_role
@served
def add(server: Server, as_json: bool, email: str, role: str) -> None:
    """Add the person with the address EMAIL, as ROLE."""
    answer = server.post("/members", {"email": email, "role": role})
    printed(answer, as_json, Member, show_members.added)


@members.command("role")
@_member
@_role
@served
def role_(server: Server, as_json: bool, member_id: str, role: str) -> None:
    """Give the member ID another ROLE; what their keys may do follows at once."""
    answer = server.patch(_at(member_id), {"role": role})
    printed(answer, as_json, Member, show_members.changed)


@members.command()
@_member
@yes
@served
def remove(server: Server, as_json: bool, member_id: str, confirmed: bool) -> None:
    """Remove the member ID and revoke every key that is theirs."""
    if not confirmed:
        click.confirm(f"Remove {member_id} and revoke their keys?", abort=True, err=True)
    server.delete(_at(member_id))
    if not as_json:
        Screen().line(f"Removed {member_id}, with their keys.")


def _at(member_id: str) -> str:
    return f"/members/{quote(member_id, safe='')}"
