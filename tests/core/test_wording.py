"""Every kind of event reads as a sentence, whatever its data holds, and an unknown one as it is."""

import re
import string

import pytest

from letterhead.core.event import Event, EventKind
from letterhead.core.wording import MEMBERS, WORDINGS, in_words
from tests.core.dns import NOON


def event(kind: str, **data: str) -> Event:
    return Event(kind, "team_a", "dom_1", "acme.com", NOON, data)


def named(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_kind_has_its_words_and_every_member_its_meaning() -> None:
    assert set(WORDINGS) == set(EventKind)
    assert {member for wording in WORDINGS.values() for member in wording.data} == set(MEMBERS)


@pytest.mark.parametrize("kind", EventKind)
def test_what_a_sentence_names_is_in_the_data(kind: EventKind) -> None:
    wording = WORDINGS[kind]
    assert named(wording.text) - {"reason"} <= set(wording.data)


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_reads_as_one_sentence_with_its_data(kind: EventKind) -> None:
    data = {member: f"<{member}>" for member in WORDINGS[kind].data}
    said = in_words(event(kind, **data))
    assert re.fullmatch(r"[A-Z<].+\.", said)
    assert "{" not in said


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        (event(EventKind.CREATED), "The domain was registered."),
        (event(EventKind.CONTESTED, name="acme.com"), "Another team claims acme.com."),
        (
            event(
                EventKind.CHANGED,
                record="MX acme.com",
                to="mx_foreign",
                found="10 mx.b.example",
                seen_on="3 of 3 servers",
                **{"from": "ok", "was": "10 mx.a.example"},
            ),
            (
                "MX acme.com changed from ok (10 mx.a.example) to mx_foreign (10 mx.b.example),"
                " seen on 3 of 3 servers."
            ),
        ),
        (
            event(
                EventKind.CHANGED, record="MX acme.com", to="name_missing", found="", was="", **{"from": ""}
            ),
            "MX acme.com changed to name_missing.",
        ),
        (
            event(EventKind.SUPERSEDED, cause="outproven"),
            (
                "The name is no longer this domain's: another team has proven it, "
                "and the records that are this domain's own are gone."
            ),
        ),
        (event(EventKind.SUPERSEDED), "The name is no longer this domain's."),
        (
            event(EventKind.REVOKED, name="mail.acme.com", above="acme.com"),
            "The team that holds acme.com no longer lets another have mail.acme.com.",
        ),
        (
            event(EventKind.LAPSED, record="acme.com", cause=""),
            "The domain lapsed: mail keeps flowing for now.",
        ),
    ],
)
def test_what_is_told(happened: Event, said: str) -> None:
    assert in_words(happened) == said


def test_U04_an_event_of_a_kind_that_nobody_knows_is_shown_as_it_is() -> None:
    assert in_words(event("domain.teleported", to="there")) == "domain.teleported: to there"
    assert in_words(event("domain.teleported")) == "domain.teleported"


def test_A08_what_a_stranger_wrote_is_never_read_as_a_template() -> None:
    hostile = event(EventKind.CONTESTED, name="{0.__class__}[{cause}]")
    assert in_words(hostile) == "Another team claims {0.__class__}[{cause}]."
