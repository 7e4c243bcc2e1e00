"""Permissions and roles, and what each permission opens.

Which operation needs which permission is stated in tests/api/operations.py, where tests hold it against
the running server (tests/api/test_access.py).
"""

from letterhead.core.permission import ROLES, VERBS
from scripts.reference.table import table
from tests.api.operations import OPERATIONS


def roles() -> str:
    """Every role and what it holds."""
    return table(("role", "holds"), [(f"`{role}`", _listed(held)) for role, held in ROLES.items()])


def permissions() -> str:
    """Every permission and the operations that need it."""
    names = [f"{noun}.{verb}" for noun, verbs in VERBS.items() for verb in verbs]
    return table(("permission", "opens"), [(f"`{name}`", _opened(name)) for name in names])


def _listed(held: frozenset[str]) -> str:
    return ", ".join(f"`{permission}`" for permission in sorted(held))


def _opened(permission: str) -> str:
    return "<br>".join(f"`{each.name}`" for each in OPERATIONS if each.permission == permission)
