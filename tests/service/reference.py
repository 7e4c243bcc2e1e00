"""A domain's life as docs/lifecycle.md tells it, once more and in plain words, to hold the real one against.

It knows nothing of tables, guards, reports, leases or the store: it is told what a check found, when, and
whether we were fit to judge, and says how the domain stands and what has been told of it. It is
written from the design and shares no code with what it judges.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

BY_MAIL = ("failed", "recovered", "broken", "expired")


@dataclass
class Reference:
    """One domain. `events`: all that was told of it, oldest first; `letters`: what owners were written."""

    cycle: timedelta
    expires_at: datetime | None
    status: str = "pending"
    was_held: bool = False
    lapsed_at: datetime | None = None
    checked_at: datetime | None = None
    silent_since: datetime | None = None
    silent_cycles: int = 0
    silence_told: bool = False
    events: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)

    @property
    def mail_flows(self) -> bool:
        """may_send = may_receive = verified or lapsed."""
        return self.status in ("verified", "lapsed")

    def checked(self, now: datetime, said: str, *, by_hand: bool, fit: bool, new: bool, silent: bool) -> None:  # noqa: C901 - its life in one piece
        """A check found pass, fail, refused or unknown.

        fit     canaries well, clock not set within a cycle, few others lost.
        new     the worker began less than a cycle ago: it ends no lapse in failure, and tells of no silence.
        silent  nobody at all answers for the zone.
        """
        if self.is_older(now):
            return
        self.checked_at, before = now, self.status
        if not fit and said in ("fail", "refused") and (self.mail_flows or said == "refused"):
            said = "unknown"
        if not silent:
            self._heard_of()
        elif said == "unknown":
            said = self._silence(now, by_hand=by_hand, fit=fit, new=new)
        waited = now - self.lapsed_at if self.lapsed_at else timedelta(0)
        match self.status, said:
            case "pending", "pass" if not self.has_expired(now):
                self._become("verified", now)
            case "pending", "refused":
                self._become("failed", now)
            case "verified", "fail" | "refused":
                self._become("lapsed", now)
            case "lapsed", "pass":
                self._become("verified", now, "recovered")
            case "lapsed", "fail" if not by_hand and not new and waited >= self.cycle:
                self._become("failed", now)
            case "lapsed", "refused" if not by_hand and not new and waited > timedelta(0):
                self._become("failed", now)
            case "failed", "pass" if not self.has_expired(now):
                self._become("verified", now, "recovered")
        if said == "pass":
            self._all_is_well(before)

    def is_older(self, now: datetime) -> bool:
        """Older evidence never overwrites newer, unless that bears a moment that is impossible."""
        return self.checked_at is not None and now < self.checked_at <= now + timedelta(minutes=1)

    def has_expired(self, now: datetime) -> bool:
        """A claim after 30 days; what was held once never does."""
        return not self.was_held and self.expires_at is not None and self.expires_at <= now

    def expire(self, now: datetime, *, by_hand: bool = False) -> None:
        """A claim ends; nobody is written of what they are about to renew."""
        if self.status == "pending" and self.has_expired(now):
            self._become("failed", now, "expired", is_written=not by_hand)

    def renew(self, now: datetime, expires_at: datetime) -> None:
        """A claim that has expired starts over."""
        self.expire(now, by_hand=True)
        self._become("pending", now, "renewed")
        self.expires_at = expires_at

    def suspend(self, now: datetime) -> None:
        if self.status != "suspended":
            self._become("suspended", now)

    def resume(self, now: datetime) -> None:
        self._become("pending", now, "resumed")

    def delete(self, now: datetime) -> None:
        self._become("deleted", now)

    def _all_is_well(self, before: str) -> None:
        """Who was told of the silence is told, once, that it is over."""
        if self.silence_told and self.status == "verified":
            self.silence_told = False
            if before in ("pending", "verified"):
                self._tell("recovered")

    def _heard_of(self) -> None:
        self.silent_since, self.silent_cycles = None, 0

    def _silence(self, now: datetime, *, by_hand: bool, fit: bool, new: bool) -> str:
        """A zone of which nobody answers: told after a day, and a failure after four cycles on end."""
        if not fit:
            return "unknown"
        self.silent_since = self.silent_since or now
        lasted = now - self.silent_since
        if not by_hand:
            self.silent_cycles = max(self.silent_cycles, min(self.silent_cycles + 1, lasted // self.cycle))
        is_late = lasted >= timedelta(hours=24) and not new
        if is_late and not self.silence_told and self.status != "suspended":
            self.silence_told = True
            self._tell("broken")
        return "fail" if self.silent_cycles >= 4 else "unknown"

    def _become(self, status: str, now: datetime, event: str = "", *, is_written: bool = True) -> None:
        before, self.status = self.status, status
        self.lapsed_at = now if status == "lapsed" else None
        self.was_held = self.was_held or self.mail_flows
        is_silent = (event == "recovered" and before == "lapsed" and not self.silence_told) or not is_written
        self._tell(event or status, is_silent=is_silent)

    def _tell(self, event: str, *, is_silent: bool = False) -> None:
        self.events.append(event)
        if event in BY_MAIL and not is_silent:
            self.letters.append(event)
