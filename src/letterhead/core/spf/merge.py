"""Several SPF records made into one, so that everyone who was allowed to send still is."""

from collections.abc import Sequence

from letterhead.core.spf.record import Record
from letterhead.core.spf.term import Mechanism, Modifier, Qualifier, Term

_MILDNESS = (Qualifier.PASS, Qualifier.NEUTRAL, Qualifier.SOFTFAIL, Qualifier.FAIL)


def merge(records: Sequence[Record]) -> Record:
    """The union of several records of one domain.

    - One record's exclusion must not shut out another record's sender: a record that excludes somebody comes
      behind the others. Where several do, all that passes goes before all that excludes; where one of several
      lets anyone send, nothing excludes. Otherwise the order stays. What is behind an `all` never counted.
    - Of the `all`s that are written the mildest stays: whoever merely raised doubts before isn't rejected
      now. So the result says `+all` only when a record said it.
    - A redirect stays one where nothing stands between it and its senders: one target, no `all`, no other
      record's exclusion. Elsewhere it becomes an include, which passes the same senders (RFC 7208 §5.2).
    - The first exp is kept, and so is each other modifier.
    """
    redirect = _common_redirect(records)
    groups = [_directives(record, redirect) for record in records]
    directives = [m for group in sorted(groups, key=_excludes) for m in group]
    if sum(map(_excludes, groups)) > 1:
        directives.sort(key=lambda m: m.qualifier is not Qualifier.PASS)
    ends = sorted((r.all for r in records if r.all), key=lambda m: _MILDNESS.index(m.qualifier))
    if len(records) > 1 and ends and ends[0].qualifier is Qualifier.PASS:
        directives = [m for m in directives if m.qualifier is Qualifier.PASS]
    kept = _once(directives)
    terms: list[Term] = [*kept, *ends[:1], *([redirect] if redirect else []), *_modifiers(records)]
    return Record(" ".join(["v=spf1", *(t.text for t in terms)]), tuple(terms))


def _common_redirect(records: Sequence[Record]) -> Modifier | None:
    """The redirect that may stay one."""
    redirects = [r.redirect for r in records if r.redirect]
    others_exclude = any(_excludes(r.live) for r in records if not r.redirect or len(redirects) > 1)
    if any(r.all for r in records) or others_exclude or len({r.value.lower() for r in redirects}) != 1:
        return None
    return redirects[0]


def _directives(record: Record, redirect: Modifier | None) -> list[Mechanism]:
    """What a record allows and excludes, its redirect as an include unless that stays a redirect."""
    directives = [m for m in record.live if m.name != "all"]
    if record.redirect and not record.all and not redirect:
        target = record.redirect.value
        directives.append(Mechanism(f"include:{target}", Qualifier.PASS, "include", target))
    return directives


def _excludes(directives: Sequence[Mechanism]) -> bool:
    return any(m.qualifier is not Qualifier.PASS and m.name != "all" for m in directives)


def _once(mechanisms: Sequence[Mechanism]) -> list[Mechanism]:
    """Each directive once: where the first one did not match, the second won't either."""
    first: dict[object, Mechanism] = {}
    for mechanism in mechanisms:
        first.setdefault(mechanism.key, mechanism)
    return list(first.values())


def _modifiers(records: Sequence[Record]) -> list[Modifier]:
    """Every modifier but redirect; exp must not appear twice (§6), and the others need not."""
    found: dict[str, Modifier] = {}
    for term in (t for record in records for t in record.terms):
        if isinstance(term, Modifier) and term.name != "redirect":
            found.setdefault("exp" if term.name == "exp" else term.text, term)
    return list(found.values())
