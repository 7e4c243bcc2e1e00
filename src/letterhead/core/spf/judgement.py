"""The state of a record: where our mechanisms stand in its tree, and what breaks the processing limits."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from letterhead.core.spf.limits import MAX_LOOKUPS, MAX_VOIDS
from letterhead.core.spf.term import Mechanism, Qualifier
from letterhead.core.spf.tree import Step, Trouble, term_key

_NOT_KNOWN = {Trouble.UNREACHABLE, Trouble.NOT_FOLLOWED}
_LEADING = {"include", "redirect"}


class State(StrEnum):
    """The verdict, or the first cause against it."""

    AUTHORISED = "authorised"
    NO_RECORD = "no_record"
    MULTIPLE_RECORDS = "multiple_records"  # a permerror (RFC 7208 §4.5)
    SYNTAX = "syntax"  # a permerror (§4.6)
    MISSING_MECHANISM = "missing_mechanism"
    WRONG_QUALIFIER = "wrong_qualifier"  # ours is there with -, ~ or ?, on some level
    AFTER_ALL = "after_all"  # ours is there, behind something that decides before it (§5.1)
    LOOP = "loop"  # an include or redirect leads back: a permerror by the lookup limit
    TOO_MANY_LOOKUPS = "too_many_lookups"  # more than ten, or an mx with more than ten exchanges (§4.6.4)
    TOO_MANY_VOIDS = "too_many_voids"  # more than two queries come back empty (§4.6.4)
    UNKNOWN = "unknown"  # we could not find out


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a group stands in the tree, and why it does not count there; `state` is None when it does."""

    state: State | None
    position: int = 0
    step: Step | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether it counts, and stands behind an include or a redirect instead of in the record itself."""
        return self.state is None and self.step is not None and self.step.indirect


def placement(group: tuple[Mechanism, ...], tree: tuple[Step, ...]) -> Placement:
    """Where a group of our mechanisms stands; any alternative that counts will do."""
    keys = {m.key for m in group}
    found = [(i, step) for i, step in enumerate(tree) if term_key(step.term) in keys]
    before: list[Step] = []
    for position, step in found:
        if step.passes and step.reached and not _is_barred(step, before, tree[:position]):
            return Placement(None, position, step)
        before.append(step)
    for position, step in found:
        if step.reached and not step.passes:
            return Placement(State.WRONG_QUALIFIER, position, step)
    return Placement(State.AFTER_ALL, *found[0]) if found else Placement(State.MISSING_MECHANISM)


def _is_barred(step: Step, same: Sequence[Step], before: Sequence[Step]) -> bool:
    """Whether mail from our site never gets to `step`, because an earlier term decides on it.

    same    the earlier steps that name us as well: the first match decides (§4.6.2).
    before  all earlier steps: those that reject every address decide, too.
    """
    return any(other.reached and other.ends(step) for other in same) or any(
        _rejects_all(other) and other.path == step.path[: len(other.path)] for other in before
    )


def _rejects_all(step: Step) -> bool:
    return (
        isinstance(step.term, Mechanism)
        and step.term.network is not None
        and step.term.network.prefixlen == 0
        and step.term.qualifier is not Qualifier.PASS
    )


_PROBLEMS = {
    State.AFTER_ALL: "an earlier term decides before it is reached",
    State.WRONG_QUALIFIER: "a match there does not pass",
}


def first_cause(
    tree: tuple[Step, ...], unplaced: Sequence[Placement], last: int
) -> tuple[State, Step | None, str]:
    """The state, the step that it is about, and the problem in words.

    A definite fault goes first: what we could not find out can't undo it. What we could not find out matters
    where it might hold our mechanism, and where mail from our site has to pass it first.
    """
    hidden = [_hidden(p, tree) for p in unplaced]
    certain = next((p for p, step in zip(unplaced, hidden, strict=True) if step is None), None)
    if certain and certain.state:
        return certain.state, certain.step, _PROBLEMS.get(certain.state, "our mechanism is not in the record")
    if broken := excess(tree):
        return broken
    ahead = [step for step in tree[:last] if step.trouble in _NOT_KNOWN]
    if unknown := next((step for step in (*hidden, *ahead) if step), None):
        return State.UNKNOWN, unknown, unknown.detail
    return State.AUTHORISED, None, ""


def _hidden(missing: Placement, tree: tuple[Step, ...]) -> Step | None:
    """The first step that we could not find out about and that might hold the group after all."""
    for position, step in enumerate(tree):
        decided = missing.state is State.WRONG_QUALIFIER and missing.position < position
        if decided and missing.step and missing.step.ends(step):
            continue
        if step.trouble in _NOT_KNOWN and step.passes and step.term.name in _LEADING:
            return step
    return None


def excess(tree: tuple[Step, ...]) -> tuple[State, Step, str] | None:
    """What breaks the processing limits (§4.6.4), counted over the whole tree."""
    if loop := next((s for s in tree if s.trouble is Trouble.LOOP), None):
        return State.LOOP, loop, f"{loop.place}: {loop.detail}"
    lookups, voids = list(accumulate(s.cost for s in tree)), list(accumulate(s.void for s in tree))
    if lookups and lookups[-1] > MAX_LOOKUPS:
        step = tree[bisect_right(lookups, MAX_LOOKUPS)]
        return State.TOO_MANY_LOOKUPS, step, f"{step.place}: {lookups[-1]} lookups of at most {MAX_LOOKUPS}"
    if mx := next((s for s in tree if s.trouble is Trouble.TOO_MANY_MX), None):
        return State.TOO_MANY_LOOKUPS, mx, f"{mx.place}: {mx.detail}"
    if voids and voids[-1] > MAX_VOIDS:
        step = tree[bisect_right(voids, MAX_VOIDS)]
        return State.TOO_MANY_VOIDS, step, f"{step.place}: {voids[-1]} empty answers of at most {MAX_VOIDS}"
    return None
