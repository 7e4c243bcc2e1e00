"""A case: one record on trial, and the ways in which it can end as a finding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from msgspec.structs import replace

from letterhead.core.answer import Absent, Answer, Fault, Found, Observation, Source, Unreachable
from letterhead.core.cause import Cause
from letterhead.core.finding import Finding, Outcome, Remark, advice, digest_of, shortened, witness
from letterhead.core.inquiry import Inquiry, sighted
from letterhead.core.plan import Plan
from letterhead.core.record import Record

SHOWN_LENGTH = 512
"""Characters of a foreign value shown beside a finding; no SPF record should be longer (RFC 7208 §3.4)."""

SHOWN_VALUES = 5
"""Foreign values shown in any case, however long they are."""

SHOWN_MORE = 20
SHOWN_TEXT = 1_024
"""Further ones are shown while there are no more values, and characters in all of them, than this."""

MAX_REMARKS = 20
"""Remarks kept with a finding; a hostile record could bring thousands."""

MAX_WITNESSES = 60
"""Witnesses kept with a finding: two hops with as many servers and resolvers as we ever ask."""

_CAUSES = {
    Fault.DISAGREEMENT: Cause.SERVERS_DISAGREE,
    Fault.LAME: Cause.LAME_DELEGATION,
    Fault.BOGUS: Cause.DNSSEC_BOGUS,
    Fault.NOT_VISIBLE: Cause.NOT_VISIBLE_YET,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One record on trial.

    asked_at  when the examination began; moments in findings are counted from it.
    probe     a random label that nobody publishes, to tell a wildcard from a record.
    """

    plan: Plan
    record: Record
    asked_at: datetime
    probe: str

    @property
    def domain(self) -> str:
        """The domain on trial."""
        return self.plan.domain

    def passed(
        self,
        answer: Answer,
        found: Sequence[str] = (),
        remarks: Sequence[Remark] = (),
        *,
        suggestion: str = "",
    ) -> Inquiry[Finding]:
        """It is as it should be, once it is seen; `suggestion` is a value that would be better still."""
        answer = yield from sighted(answer)
        if isinstance(answer, Found) and answer.unseen is not None:
            return self.unknown(replace(answer.unseen, observations=answer.observations))
        return self._finding(
            Outcome.PASS, Cause.OK, answer.observations, found, remarks, suggestion=suggestion
        )

    def failed(
        self,
        cause: Cause,
        answer: Answer,
        found: Sequence[str] = (),
        remarks: Sequence[Remark] = (),
        **details: str,
    ) -> Finding:
        """It is definitely not; `details` fill the cause's advice, `suggestion` is kept as such."""
        visible_at = None
        if isinstance(answer, Absent) and any(o.source is Source.RECURSIVE for o in answer.observations):
            visible_at = self.asked_at + timedelta(seconds=answer.negative_ttl)
        return self._finding(
            Outcome.FAIL, cause, answer.observations, found, remarks, visible_at=visible_at, **details
        )

    def unknown(self, answer: Unreachable) -> Finding:
        """We could not find out; the last definite result stands."""
        cause = _CAUSES.get(answer.fault, Cause.UNREACHABLE)
        visible_at = None
        if cause is Cause.NOT_VISIBLE_YET:
            visible_at = self.asked_at + timedelta(seconds=answer.visible_in)
        until = f" until {visible_at:%Y-%m-%d %H:%M} UTC" if visible_at else ""
        return self._finding(
            Outcome.UNKNOWN,
            cause,
            answer.observations,
            visible_at=visible_at,
            detail=answer.detail or answer.fault,
            until=until,
        )

    def _finding(
        self,
        outcome: Outcome,
        cause: Cause,
        observations: Sequence[Observation],
        found: Sequence[str] = (),
        remarks: Sequence[Remark] = (),
        *,
        visible_at: datetime | None = None,
        **details: str,
    ) -> Finding:
        shown = {name: shortened(text) for name, text in details.items() if name != "suggestion"}
        return Finding(
            record=self.record,
            outcome=outcome,
            cause=cause,
            advice=advice(cause, self.record, self.domain, **{**details, **shown}),
            found=_shown(found),
            remarks=tuple(Remark(r.code, shortened(r.text)) for r in remarks[:MAX_REMARKS]),
            witnesses=tuple(witness(o) for o in observations[:MAX_WITNESSES]),
            visible_at=visible_at,
            suggestion=details.get("suggestion", ""),
            digest=digest_of(found),
        )


def _shown(values: Sequence[str]) -> tuple[str, ...]:
    """What is shown of the values found; where not all are, the last says how many more there are."""
    texts = [shortened(value, SHOWN_LENGTH) for value in values[:SHOWN_MORE]]
    short = sum(length <= SHOWN_TEXT for length in accumulate(map(len, texts)))
    shown = texts[: max(short, SHOWN_VALUES)]
    hidden = len(values) - len(shown)
    return (*shown, f"… {hidden} more") if hidden else tuple(shown)
