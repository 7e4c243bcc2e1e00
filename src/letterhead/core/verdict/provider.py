"""The provider's word on DKIM, where the profile lets it judge."""

from msgspec.structs import replace

from letterhead.core.cause import Cause
from letterhead.core.finding import Finding, Outcome, advice
from letterhead.core.identity import Identity, Word
from letterhead.core.plan import Plan
from letterhead.core.profile import DkimJudge
from letterhead.core.record import Role

_WORDS = {
    Word.SUCCESS: (Outcome.PASS, Cause.OK),
    Word.PENDING: (Outcome.UNKNOWN, Cause.PROVIDER_PENDING),
    Word.FAILED: (Outcome.REFUSED, Cause.PROVIDER_REFUSED),
}


def heeded(plan: Plan, finding: Finding, identity: Identity) -> Finding:
    """The finding with the provider's word taken into account.

    A provider alone overrules the DNS; beside the DNS it can only hold back what the DNS grants, or
    give up. A provider without a word (own keys) leaves the finding as it is.
    """
    judge = plan.profile.dkim_judge
    if finding.record.role is not Role.DKIM or identity.dkim is None:
        return finding
    outcome, cause = _WORDS[identity.dkim]
    alone = judge is DkimJudge.PROVIDER
    beside = judge is DkimJudge.BOTH and (finding.outcome is Outcome.PASS or outcome is Outcome.REFUSED)
    if not alone and not beside:
        return finding
    return replace(finding, outcome=outcome, cause=cause, advice=advice(cause, finding.record, plan.domain))
