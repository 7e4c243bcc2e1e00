"""The one SPF record that a domain should publish: what stands there, with our mechanisms in it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from letterhead.core.spf.record import Record
from letterhead.core.spf.term import Mechanism, Term


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A record to publish.

    text   the record.
    front  our mechanisms, which stand first in it.
    kept   which terms of the old record are still in it: their positions, from 0.
    """

    text: str
    front: tuple[Mechanism, ...]
    kept: frozenset[int] = frozenset()


def fresh(ours: Sequence[Mechanism]) -> Suggestion:
    """For a domain that has no record; `~all`, because other senders may turn up yet."""
    return Suggestion(_written(ours, ["~all"]), tuple(ours))


def amended(record: Record, ours: Sequence[Mechanism], drop: Collection[int] = ()) -> Suggestion:
    """The record with our mechanisms in front, where nothing can shut them out or fail before them.

    ours  one mechanism of each group; where else one of them stands, with whatever qualifier, it goes.
    drop  positions of terms to leave out, from 0: those that lead nowhere.
    A directive that is repeated goes, too. Everything else stays as it is, in its order.
    """
    seen: set[object] = {m.key for m in ours}
    kept: dict[int, Term] = {}
    for index, term in enumerate(record.terms):
        if index in drop or (isinstance(term, Mechanism) and term.key in seen):
            continue
        kept[index] = term
        seen |= {term.key} if isinstance(term, Mechanism) else set()
    return Suggestion(_written(ours, [t.text for t in kept.values()]), tuple(ours), frozenset(kept))


def _written(ours: Sequence[Mechanism], rest: Sequence[str]) -> str:
    return " ".join(["v=spf1", *(m.unqualified for m in ours), *rest])
