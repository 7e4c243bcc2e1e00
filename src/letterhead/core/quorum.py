"""The quorum: what several observations of one question together establish.

The zone's own servers decide whether a record is published: all that answer must agree, and none may
be lame when it says yes. Recursive resolvers decide whether it is visible: as many as the quorum asks
for must see the same. What is left is "could not find out".
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from letterhead.core.answer import (
    Absence,
    Absent,
    Answer,
    Fault,
    Found,
    Observation,
    Question,
    Rdata,
    RecordType,
    ResourceRecord,
    Soa,
    Target,
    Unreachable,
)

Meaning = tuple[tuple[str, ...], frozenset[Rdata]] | None
"""What an observation comes to: the names its aliases lead through and the data found, or None if absent."""

_ADDRESSES = frozenset({RecordType.A, RecordType.AAAA})


def published(question: Question, observations: Sequence[Observation]) -> Answer:
    """What the zone's own servers establish.

    Found only when every server that answers says the same and none is lame (O13, O14); Absent when all
    that answer say so. A dead server is passed over as long as another one lives (R16).
    """
    definite = [o for o in observations if o.fault is None]
    if not definite:
        return Unreachable(question, *_worst(observations), tuple(observations))
    meanings = [meaning(o) for o in definite]
    if len(set(meanings)) > 1:
        detail = "; ".join(f"{_who(o)} says {_words(m)}" for o, m in zip(definite, meanings, strict=True))
        return Unreachable(question, Fault.DISAGREEMENT, detail, tuple(observations))
    if meanings[0] is not None and any(o.fault is Fault.LAME for o in observations):
        return Unreachable(question, Fault.LAME, _lame(observations), tuple(observations))
    return _answer(question, definite[0], meanings[0], observations)


def visible(question: Question, observations: Sequence[Observation], quorum: int) -> Answer:
    """What recursive resolvers establish: the one answer that at least `quorum` of them give alike (R08)."""
    definite = [o for o in observations if o.fault is None]
    counts = Counter(meaning(o) for o in definite)
    if not counts:
        return Unreachable(question, *_worst(observations), tuple(observations))
    (winner, votes), *others = counts.most_common(2)
    if votes >= quorum and not any(rival >= quorum for _, rival in others):
        first = next(o for o in definite if meaning(o) == winner)
        return _answer(question, first, winner, observations)
    fault = Fault.DISAGREEMENT if len(counts) > 1 else Fault.TOO_FEW
    detail = f"{votes} of {len(observations)} resolvers agree, {quorum} are needed"
    return Unreachable(question, fault, detail, tuple(observations))


def is_settled(observations: Sequence[Observation], outstanding: int, quorum: int) -> bool:
    """Whether no word of the `outstanding` resolvers can change what is visible, or that it is seen."""
    counts = Counter(meaning(o) for o in observations if o.fault is None).most_common(2)
    votes = [count for _, count in counts] + [0, 0]
    return votes[0] >= quorum and votes[1] + outstanding < quorum


def confirmed(answer: Found, observations: Sequence[Observation], quorum: int) -> Found:
    """A published answer held against what resolvers see; unseen until enough of them see it too."""
    together = answer.observations + tuple(observations)
    return replace(answer, observations=together, unseen=_unseen(answer, observations, quorum))


def _unseen(answer: Found, observations: Sequence[Observation], quorum: int) -> Unreachable | None:
    """Why too few resolvers see an answer: some say otherwise, or too few say anything."""
    own = meaning_of(answer)
    definite = [o for o in observations if o.fault is None]
    dissenting = [o for o in definite if not _sees(meaning(o), own)]
    seeing = len(definite) - len(dissenting)
    if seeing >= quorum:
        return None
    if not definite:
        return Unreachable(answer.question, *_worst(observations))
    fault = Fault.NOT_VISIBLE if dissenting else Fault.TOO_FEW
    detail = f"{seeing} of {len(observations)} resolvers see it, {quorum} are needed"
    visible_in = forgotten_in(dissenting, quorum - seeing)
    return Unreachable(answer.question, fault, detail, visible_in=visible_in)


def forgotten_in(observations: Iterable[Observation], enough: int) -> int:
    """Seconds until so many resolvers have forgotten what they said (RFC 2308 §5, RFC 1035 §3.2.1).

    Of fewer than `enough`, until all have; 0 where none said anything.
    """
    lasting = sorted(_lasts(o) for o in observations)[:enough]
    return lasting[-1] if lasting else 0


def _lasts(observation: Observation) -> int:
    if observation.soa is not None:
        return _negative_ttl(observation.soa)
    return min((r.ttl for r in observation.records), default=0)


def meaning(observation: Observation) -> Meaning:
    """What a definite observation comes to, free of order, TTL and case."""
    aliases, records = chain(observation)
    if not records and (not aliases or observation.soa is not None):
        return None
    return _meant(observation.question, aliases, records)


def meaning_of(answer: Found) -> Meaning:
    """The same of an answer."""
    return _meant(answer.question, answer.aliases, answer.records)


def _meant(
    question: Question, aliases: Sequence[ResourceRecord], records: Sequence[ResourceRecord]
) -> Meaning:
    """Addresses are dealt out by turns, by place and by load: what counts is that there are any."""
    if question.type in _ADDRESSES:
        return (), frozenset()
    return tuple(str(a.data) for a in aliases), frozenset(r.data for r in records)


def chain(observation: Observation) -> tuple[tuple[ResourceRecord, ...], tuple[ResourceRecord, ...]]:
    """The CNAME records that lead on from the question, and the records of its type at their end."""
    asked = observation.question
    aliases: list[ResourceRecord] = []
    name = asked.name
    by_owner = {r.owner: r for r in observation.records if r.type is RecordType.CNAME}
    while asked.type is not RecordType.CNAME and name in by_owner and by_owner[name] not in aliases:
        aliases.append(by_owner[name])
        target = by_owner[name].data
        assert isinstance(target, Target)
        name = target.name
    records = tuple(r for r in observation.records if r.owner == name and r.type is asked.type)
    return tuple(aliases), records


def _answer(
    question: Question, first: Observation, meant: Meaning, observations: Sequence[Observation]
) -> Answer:
    """The answer in the words of the first of those who agree."""
    aliases, records = chain(first)
    if meant is not None:
        return Found(question, records, aliases, tuple(observations))
    reason = Absence.NXDOMAIN if first.rcode == "NXDOMAIN" else Absence.NODATA
    return Absent(question, reason, aliases, _negative_ttl(first.soa), tuple(observations))


def _negative_ttl(soa: ResourceRecord | None) -> int:
    """How long the absence may be cached: the lesser of the SOA's TTL and its minimum (RFC 2308 §5)."""
    if soa is None:
        return 0
    assert isinstance(soa.data, Soa)
    return min(soa.ttl, soa.data.minimum)


def _sees(seen: Meaning, own: Meaning) -> bool:
    """A resolver sees what is published, though it may already have followed aliases out of the zone."""
    if seen is None or own is None:
        return False
    aliases, data = own
    return seen[0][: len(aliases)] == aliases and (not data or seen[1] == data)


def _worst(observations: Sequence[Observation]) -> tuple[Fault, str]:
    """The commonest fault, and whose it is."""
    if not observations:
        return Fault.NO_SERVERS, "no server was asked"
    fault, _ = Counter(o.fault or Fault.NO_SERVERS for o in observations).most_common(1)[0]
    if fault is Fault.LAME:
        return fault, _lame(observations)
    told = dict.fromkeys(f"{_who(o)}: {o.detail or o.fault}" for o in observations if o.fault is fault)
    return fault, "; ".join(told)


def _lame(observations: Sequence[Observation]) -> str:
    """Which servers of the delegation do not answer for the zone."""
    return ", ".join(dict.fromkeys(_who(o) for o in observations if o.fault is Fault.LAME))


def _who(observation: Observation) -> str:
    return f"{observation.name} ({observation.server})" if observation.name else observation.server


def _words(said: Meaning) -> str:
    if said is None:
        return "there is nothing"
    aliases, data = said
    return ", ".join(sorted(str(d)[:100] for d in data)) or (
        f"an alias of {aliases[-1]}" if aliases else "there is something"
    )
