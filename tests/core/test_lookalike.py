# ruff: noqa: RUF001, RUF003 - look-alikes are what is tried here
"""Names that pass for other names are flagged, and never shown bare."""

import pytest

from letterhead.core import hostname, spelling
from letterhead.core.hostname import Rules, canonical
from letterhead.core.lookalike import remarks, skeleton

PAIRS = [
    ("аpple.com", "apple.com"),  # mixed: Cyrillic а
    ("аррӏе.com", "apple.com"),  # wholly Cyrillic
    ("gооgle.com", "google.com"),
    ("ɡoogle.com", "google.com"),
    ("раураl.com", "paypal.com"),
    ("miсrosoft.com", "microsoft.com"),
    ("аmazon.com", "amazon.com"),
    ("faсebook.com", "facebook.com"),
    ("lіnkedin.com", "linkedin.com"),
    ("lınkedın.com", "linkedin.com"),
    ("ѕlack.com", "slack.com"),
    ("уahoo.com", "yahoo.com"),
    ("gіthub.com", "github.com"),
    ("ехре.com", "expe.com"),
    ("сосо.com", "coco.com"),
    ("οpera.com", "opera.com"),  # Greek omicron
    ("ναnguard.com", "vanguard.com"),
    ("ԝіԝі.com", "wiwi.com"),
    ("օpera.com", "opera.com"),  # Armenian
    ("ԁrоpbоx.com", "dropbox.com"),
    ("ebаy.com", "ebay.com"),
    ("neτflix.com", "neτflix.com"),  # no look-alike in the table, yet mixed
]


@pytest.mark.parametrize(("typed", "looks_like"), PAIRS)
def test_N10_look_alikes_are_accepted_flagged_and_never_shown_bare(typed: str, looks_like: str) -> None:
    name = canonical(typed, Rules())
    assert {"mixed_script", "confusable"} & set(hostname.flags(name))
    assert skeleton(typed) == looks_like
    assert name in spelling.shown(name)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("аpple", ("mixed_script", "confusable")),
        ("аррӏе", ("confusable",)),
        ("neτflix", ("mixed_script",)),
        ("نامه\u200cای", ("invisible_joiner",)),
        ("acme", ()),
        ("münchen", ()),
        ("россия", ()),
        ("ελλάς", ()),
        ("日本語テストです", ()),  # three scripts that Japanese writes together
        ("東京tokyo", ()),
        ("한국韓國", ()),
        ("々ー", ()),
        ("भारत", ()),
        ("עברית", ()),
        ("acme2024", ()),
    ],
)
def test_N10_what_is_remarked_about_a_label(label: str, expected: tuple[str, ...]) -> None:
    assert remarks(label) == expected


def test_N10_labels_are_looked_at_one_by_one() -> None:
    assert hostname.flags(canonical("россия.com", Rules())) == ()
    assert hostname.flags(canonical("mail.аррӏе.com", Rules())) == ("confusable", "mail_or_www_prefix")
