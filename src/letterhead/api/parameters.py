"""Parameters of an operation: from the texts in a path and its query to what the handler is given.

What nobody reads, or what two could read differently, is refused and named. A filter that is misspelled and
ignored would answer with everything, and look as if it had worked.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import msgspec.inspect

from letterhead.api import problem


@dataclass(frozen=True, slots=True)
class Parameters:
    """What an operation takes.

    path      names of the parameters in its path, in order.
    types     of all of them, with their bounds, by name.
    required  those that must be given.
    texts     those that any text will do for: nothing is converted.
    """

    path: tuple[str, ...]
    types: Mapping[str, Any]
    required: frozenset[str]
    texts: frozenset[str] = frozenset()

    def read(self, values: Sequence[str], query: bytes) -> dict[str, Any]:
        """The arguments; those that are not given are left to the handler's defaults.

        values  of the parameters in the path, in order. Raises `validation`, which names each that is wrong.
        """
        given = dict(zip(self.path, values, strict=True))
        if query:
            given |= self._queried(query)
        arguments: dict[str, Any] = {}
        errors = []
        for name, text in given.items():
            if name in self.texts:
                arguments[name] = text
                continue
            try:
                arguments[name] = msgspec.convert(text, self.types[name], strict=False)
            except msgspec.ValidationError as error:
                errors.append((name, str(error)))
        if not self.required <= given.keys():
            errors += [(name, problem.REQUIRED) for name in sorted(self.required - given.keys())]
        if errors:
            raise problem.validation(errors)
        return arguments

    def _queried(self, query: bytes) -> dict[str, str]:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        known = self.types.keys() - set(self.path)
        counts = Counter(name for name, _ in pairs)
        errors = [(name, "there is no such parameter") for name in counts if name not in known]
        errors += [(name, "stands more than once") for name, times in counts.items() if times > 1]
        if errors:
            raise problem.validation(errors)
        return dict(pairs)


def is_any_text(kind: Any) -> bool:
    """Whether a type is a text without bounds."""
    known = msgspec.inspect.type_info(kind)
    if isinstance(known, msgspec.inspect.Metadata):
        known = known.type
    return known == msgspec.inspect.StrType()
