"""Whether a domain's SPF record authorises our site.

Our mechanisms count where mail from our site would really be passed by them: unqualified or `+`, before any
`all`, in the domain's one record, behind its redirect, or in an include that passes itself. They are known
from the site and never looked up. What else stands in the record is followed and counted, at the worst.

What is broken elsewhere in the tree (an include that does not resolve, that has no record or a bad one) is a
remark. RFC 7208 §5.2 makes it a permerror for the mail that reaches it: a remark that stands ahead of our
mechanism says so, and the suggestion moves ours in front, where mail from our site passes before.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from letterhead.core.answer import Found, RecordType, Txt, Unreachable
from letterhead.core.inquiry import Inquiry, ask
from letterhead.core.spf import remark
from letterhead.core.spf.judgement import Placement, State, excess, first_cause, placement
from letterhead.core.spf.limits import MAX_LOOKUPS, MAX_RECORD
from letterhead.core.spf.merge import merge
from letterhead.core.spf.record import Record, RecordError, parse, select
from letterhead.core.spf.remark import Remark
from letterhead.core.spf.salvage import salvage
from letterhead.core.spf.suggestion import amended, fresh
from letterhead.core.spf.term import Mechanism
from letterhead.core.spf.tree import Step, Trouble, steps
from letterhead.core.spf.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What a domain's SPF says of our site.

    records     the SPF records found, as text; more than one is a fault in itself.
    missing     the groups that no term satisfies, by their first alternative.
    lookups     terms that cause queries, over the whole tree (§4.6.4); at most 10 are allowed.
    voids       queries of the tree that came back empty; at most 2 are allowed.
    complete    False when some part of the tree is not known, and the two counts are lower bounds.
    counts      of each term of the record that causes queries: its text, and its share of `lookups`.
    path        where the fault lies, from the domain to the term: ("acme.com", "include:x.com", "a").
    problem     what is wrong, in short words; "" when authorised.
    remarks     what else is worth saying.
    suggestion  the one record to publish; None when what stands there is right, or can't be mended from here.
    suggestion_lookups  what that record takes of the lookups; its own terms alone where it is made of several
                records or of a broken one.
    """

    state: State
    records: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    lookups: int = 0
    voids: int = 0
    complete: bool = True
    counts: tuple[tuple[str, int], ...] = ()
    path: tuple[str, ...] = ()
    problem: str = ""
    remarks: tuple[Remark, ...] = ()
    suggestion: str | None = None
    suggestion_lookups: int = 0


def authorisation(domain: str, wanted: Wanted) -> Inquiry[Authorisation]:
    """Judge the SPF record of `domain` (canonical: lower-case A-labels, no final dot)."""
    answer = yield from ask(domain, RecordType.TXT)
    if isinstance(answer, Unreachable):
        problem = f"{domain} TXT: {answer.fault}"
        return Authorisation(State.UNKNOWN, complete=False, path=(domain,), problem=problem)
    resource_records = answer.records if isinstance(answer, Found) else ()
    texts, records = [r.data for r in resource_records if isinstance(r.data, Txt)], select(resource_records)
    noise = [txt for txt in texts if txt not in records]
    parts = {txt: terms for txt in noise if records and (terms := remark.fragment(txt))}
    strays = tuple(remark.strays(domain, noise, parts))
    if not records:
        # §3.1: nobody asks for type SPF any more; we do, to say what is wrong.
        old = remark.of_type_99(domain, (yield from ask(domain, RecordType.SPF)))
        return _without_record(domain, wanted, (*strays, *old))
    fragments = [Record(txt.text, terms) for txt, terms in parts.items()]
    if len(records) > 1:
        return _with_several(domain, wanted, records, fragments, strays)
    return (yield from _with_one(domain, wanted, records[0], fragments, strays))


def _with_one(
    domain: str, wanted: Wanted, text: Txt, fragments: Sequence[Record], strays: tuple[Remark, ...]
) -> Inquiry[Authorisation]:
    """The verdict on a domain that has one record, as it should."""
    if len(text.joined) > MAX_RECORD:
        problem = f"the record has {len(text.joined)} octets; we read {MAX_RECORD}"
        return Authorisation(State.UNKNOWN, complete=False, path=(domain,), problem=problem)
    try:
        record = parse(text)
    except RecordError as error:
        broken = Authorisation(State.SYNTAX, (text.text,), complete=False, path=(domain, error.term))
        broken = replace(broken, problem=str(error), remarks=strays)
        return _with_merged(broken, wanted, [salvage(text), *fragments])
    ours = [mechanism for group in wanted.mechanisms for mechanism in group]
    tree = yield from steps(domain, record, ours)
    verdict = _judged(domain, wanted, record, tree, strays)
    if fragments and verdict.state in _MENDABLE:
        return _with_merged(verdict, wanted, [record, *fragments])
    return verdict


def _without_record(domain: str, wanted: Wanted, remarks: tuple[Remark, ...]) -> Authorisation:
    ours = [group[0] for group in wanted.mechanisms]
    return Authorisation(
        State.NO_RECORD,
        missing=tuple(m.text for m in ours),
        path=(domain,),
        problem="there is no SPF record",
        remarks=remarks,
        suggestion=fresh(ours).text,
        suggestion_lookups=sum(m.cost for m in ours),
    )


def _with_several(
    domain: str,
    wanted: Wanted,
    texts: tuple[Txt, ...],
    fragments: Sequence[Record],
    remarks: tuple[Remark, ...],
) -> Authorisation:
    """§4.5: several records are a permerror, whatever they say; one that says it all is suggested."""
    found, problem = tuple(txt.text for txt in texts), f"there are {len(texts)} SPF records"
    verdict = Authorisation(
        State.MULTIPLE_RECORDS, found, complete=False, path=(domain,), problem=problem, remarks=remarks
    )
    if sum(len(txt.joined) for txt in texts) > MAX_RECORD:
        return verdict
    return _with_merged(verdict, wanted, [*map(salvage, texts), *fragments])


def _with_merged(verdict: Authorisation, wanted: Wanted, records: Sequence[Record]) -> Authorisation:
    """The verdict with one record made of several, and ours in it."""
    merged = merge(records)
    proposal = amended(merged, _chosen(wanted.mechanisms, merged))
    lookups = sum(m.cost for m in proposal.front) + sum(merged.terms[i].cost for i in proposal.kept)
    return replace(verdict, suggestion=proposal.text, suggestion_lookups=lookups)


def _judged(
    domain: str, wanted: Wanted, record: Record, tree: tuple[Step, ...], strays: tuple[Remark, ...]
) -> Authorisation:
    """The verdict on one sound record and everything below it."""
    placements = {group: placement(group, tree) for group in wanted.mechanisms}
    unplaced = [group for group, found in placements.items() if found.state]
    last = max((p.position for p in placements.values() if not p.state), default=0)
    state, fault, problem = first_cause(tree, [placements[group] for group in unplaced], last)
    near = remark.near_misses(domain, record, [m for group in unplaced for m in group])
    verdict = Authorisation(
        state,
        (record.text,),
        missing=tuple(group[0].text for group in unplaced),
        lookups=sum(step.cost for step in tree),
        voids=sum(step.void for step in tree),
        complete=not any(step.trouble and not step.trouble.definite for step in tree),
        counts=_counts(record, tree),
        path=(*fault.path, fault.term.text) if fault else (domain,),
        problem=problem,
        remarks=(*strays, *remark.of_steps(tree, last), *near),
    )
    return _with_suggestion(verdict, placements, record, tree)


def _counts(record: Record, tree: tuple[Step, ...]) -> tuple[tuple[str, int], ...]:
    """What each term of the record takes of the lookups, with everything below it."""
    shares = Counter(step.index for step in tree if step.cost)
    return tuple((term.text, shares[i]) for i, term in enumerate(record.terms) if i in shares)


_DEAD_ENDS = {Trouble.NO_SUCH_NAME, Trouble.NO_RECORD, Trouble.LOOP}
_MENDABLE = {State.MISSING_MECHANISM, State.WRONG_QUALIFIER, State.AFTER_ALL}


def _with_suggestion(
    verdict: Authorisation,
    placements: dict[tuple[Mechanism, ...], Placement],
    record: Record,
    tree: tuple[Step, ...],
) -> Authorisation:
    """The verdict with a record that mends it: our mechanisms in front, dead ends and repetitions left out.

    None where nothing needs mending, where nothing is certain, and where that would not suffice.
    """
    ahead = any(r.ahead_of_ours for r in verdict.remarks)
    if verdict.state is State.UNKNOWN or (verdict.state is State.AUTHORISED and not ahead):
        return verdict
    groups = [g for g, found in placements.items() if ahead or not found.elsewhere]
    dead = {s.index for s in tree if s.trouble in _DEAD_ENDS and len(s.path) == 1}
    proposal = amended(record, _chosen(groups, record), dead)
    kept = tuple(step for step in tree if step.index in proposal.kept)
    lookups = sum(m.cost for m in proposal.front) + sum(step.cost for step in kept)
    mends = verdict.state is State.AUTHORISED or verdict.state in _MENDABLE
    useful = mends or (lookups <= MAX_LOOKUPS and not excess(kept))
    return replace(verdict, suggestion=proposal.text, suggestion_lookups=lookups) if useful else verdict


def _chosen(groups: Sequence[tuple[Mechanism, ...]], record: Record) -> list[Mechanism]:
    """One mechanism of each group: the one that the record holds already, or our first."""
    present = {m.key for m in record.mechanisms}
    return [next((m for m in group if m.key in present), group[0]) for group in groups]
