"""Several SPF records made into one, so that everyone who was allowed to send still is."""

from collections.abc import Sequence

from letterhead.core.spf.record import Record
from letterhead.core.spf.term import Mechanism, Modifier, Qualifier, Term

_MILDNESS = (Qualifier.PASS, Qualifier.NEUTRAL, Qualifier.SOFTFAIL, Qualifier.FAIL)


def merge(records: Sequence[Record]) -> Record:
    """The union of several records of one domain.

    - Directives that pass come first, in the order found; those that exclude follow, since one record's
      exclusion must not shut out another record's sender. What is behind an `all` never counted and goes.
    - Of the `all`s that are written the mildest stays: whoever merely raised doubts before isn't rejected
      now. So the result says `+all` only when a record said it.
    - A redirect stays one when it stands alone: one target, and no `all` anywhere. Otherwise it becomes an
      include of the same target, which passes the same senders (RFC 7208 §5.2, §6.1).
    - The first exp is kept, and so is each other modifier.
    """
    ends = sorted((r.all for r in records if r.all), key=lambda m: _MILDNESS.index(m.qualifier))
    used = {r.redirect.value.lower(): r.redirect for r in records if r.redirect and not r.all}
    redirects = list(used.values()) if len(used) == 1 and not ends else []
    live = [m for r in records for m in (*r.live, *([] if redirects else _included(r))) if m.name != "all"]
    # Stable: directives keep their order among those that pass and among those that don't.
    mechanisms = _once(sorted(live, key=lambda m: m.qualifier is not Qualifier.PASS))
    terms: list[Term] = [*mechanisms, *ends[:1], *redirects, *_modifiers(records)]
    return Record(" ".join(["v=spf1", *(t.text for t in terms)]), tuple(terms))


def _included(record: Record) -> list[Mechanism]:
    """A redirect that is used, as an include."""
    if not record.redirect or record.all:
        return []
    target = record.redirect.value
    return [Mechanism(f"include:{target}", Qualifier.PASS, "include", target)]


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
