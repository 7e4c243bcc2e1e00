"""The three policies of DMARC, and which of two is stricter (RFC 9989 §4.7)."""

from enum import StrEnum


class Policy(StrEnum):
    """What receivers are asked to do with mail that fails; from lenient to strict."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"

    @property
    def strictness(self) -> int:
        """0, 1 or 2."""
        return tuple(Policy).index(self)

    @property
    def tested(self) -> "Policy":
        """What receivers apply while `t=y` stands beside it: one step less (RFC 9989 §4.7)."""
        return tuple(Policy)[max(self.strictness - 1, 0)]


def policy_named(value: str) -> Policy | None:
    """The policy that a value names, in any case (RFC 9989 §4.8); None for everything else."""
    return next((policy for policy in Policy if policy == value.lower()), None)


def at_least(policy: Policy | None, wanted: Policy) -> bool:
    """Whether a policy is as strict as the wanted one; None, no DMARC at all, is less strict than `none`."""
    return policy is not None and policy.strictness >= wanted.strictness


def strictest(*policies: Policy | None) -> Policy | None:
    """The strictest of several; None when there is none."""
    return max((p for p in policies if p is not None), key=lambda p: p.strictness, default=None)
