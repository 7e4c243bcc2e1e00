"""Shapes of a dialect, filled from all that it knows of a domain."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape", bound=msgspec.Struct)


def filled(shape: type[Shape], known: Mapping[str, Any]) -> Shape:
    """The shape with each of its fields from what is known; the rest of that is left out."""
    return shape(**{name: known[name] for name in shape.__struct_fields__})
