"""What everybody is told while the store can't be used; why is for the log alone."""

from letterhead.core.refusal import Kind, Refusal
from letterhead.ports import Declined, OutcomeUnknown, StoreError


def outage(error: Exception) -> Refusal | None:
    """The refusal for a store that failed; None for any other error, and for a rule that says no."""
    match error:
        case OutcomeUnknown():
            return Refusal(
                Kind.UNAVAILABLE,
                "outcome_unknown",
                "The store was lost while this was being saved: it was saved whole, or nothing of it.",
                mend="Look whether it was saved before you send the request again.",
            )
        case Declined():
            return None
        case StoreError():
            return Refusal(
                Kind.UNAVAILABLE,
                "store_unavailable",
                "What is kept here can't be read or changed now; nothing was changed.",
                mend="Send the request again in a while.",
            )
        case _:
            return None
