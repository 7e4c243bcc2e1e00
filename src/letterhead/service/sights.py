"""What was seen lately of domains that hold their names, counted in two ways for the breaker.

Newest: some hundreds of sights, each domain once. A sudden loss shows there at once. Only news counts: who is
lost already is not lost anew by being looked at again.
At large: all that were seen within a cycle. There a loss is weighed against everybody, and stays until those
domains were seen well again.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from letterhead.core.breaker import Sight

MOST_LOST: Final = 100_000
"""Lost domains that are known one by one; where so many are, a further one changes nothing."""

MOST_BESIDE: Final = 10_000
"""Domains that wait for their examination together with those that were seen beside them."""

PARTS: Final = 50
"""Parts of the time in which domains that were seen well are counted, and forgotten, together."""


@dataclass(slots=True)
class Sights:
    """Told in the order of time.

    most   sights that count as the newest.
    lasts  seconds after which a sight counts no more.
    """

    most: int
    lasts: float
    _newest: OrderedDict[str, tuple[float, Sight]] = field(default_factory=OrderedDict)
    _lost: OrderedDict[str, tuple[float, Sight]] = field(default_factory=OrderedDict)
    _kinds: Counter[Sight] = field(default_factory=Counter)
    _well: deque[tuple[float, int]] = field(default_factory=deque)
    _beside: OrderedDict[str, Sequence[str]] = field(default_factory=OrderedDict)

    def examined(self, domain: str, seen: Sight, at: float) -> None:
        """One domain was examined; those that a look saw beside it, unchanged, count together with it."""
        self._note(self._beside.pop(domain, ()), Sight.GOOD, at)
        is_known = self._regained(domain)
        if seen is not Sight.GOOD:
            if len(self._lost) < MOST_LOST:
                self._lost[domain] = at, seen
                self._kinds[seen] += 1
            if not is_known:
                self._note((domain,), seen, at)
            return
        if self._newest.get(domain, (at, None))[1] is not Sight.GOOD:  # asked for again, it counts once
            self._count(1, at)
        self._note((domain,), seen, at)

    def looked_at(self, same: Sequence[str], unlike: Sequence[str], at: float) -> None:
        """Many were looked at: those that are as they were, and those that will be examined for it.

        Each of these will count together with its share of the others. By themselves they would be all that
        is known, and few of them are well.
        """
        for domain in same if self._lost else ():
            self._regained(domain)
        self._count(len(same), at)
        if not unlike:
            self._note(same[-self.most :], Sight.GOOD, at)
            return
        share = len(same) // len(unlike)
        for number, domain in enumerate(unlike):
            first = number * share
            self._beside[domain] = same[first : first + min(share, self.most)]
        while len(self._beside) > MOST_BESIDE:
            self._beside.popitem(last=False)

    def weigh_anew(self) -> None:
        """Weigh the lost against what is seen well from now on: what was before they were says little."""
        self._well.clear()

    def forget(self, at: float) -> None:
        """Leave out what was seen too long ago, and all but the newest."""
        oldest = at - self.lasts
        while self._newest and (len(self._newest) > self.most or _first(self._newest) < oldest):
            self._newest.popitem(last=False)
        while self._lost and _first(self._lost) < oldest:
            self._regained(next(iter(self._lost)))
        while self._well and self._well[0][0] < oldest:
            self._well.popleft()

    @property
    def newest(self) -> Counter[Sight]:
        """The newest sights, by what was seen."""
        return Counter(seen for _, seen in self._newest.values())

    @property
    def at_large(self) -> Counter[Sight]:
        """All sights of the time: lost domains each once, by how they are lost; and those that were well.

        Who was seen well several times counts as often, which is hardly twice.
        """
        return self._kinds + Counter({Sight.GOOD: sum(count for _, count in self._well)})

    def _regained(self, domain: str) -> bool:
        """Whether the domain was lost; it is no more."""
        if domain not in self._lost:
            return False
        _, seen = self._lost.pop(domain)
        self._kinds[seen] -= 1
        return True

    def _note(self, domains: Iterable[str], seen: Sight, at: float) -> None:
        for domain in domains:
            self._newest[domain] = at, seen
            self._newest.move_to_end(domain)

    def _count(self, well: int, at: float) -> None:
        if self._well and at - self._well[-1][0] < self.lasts / PARTS:
            began, count = self._well.pop()
            self._well.append((began, count + well))
        else:
            self._well.append((at, well))


def _first(seen: OrderedDict[str, tuple[float, Sight]]) -> float:
    return next(iter(seen.values()))[0]
