"""What the command line reads is what the API says: checked against the API's own shapes and examples."""

import msgspec
import pytest

from letterhead.api.native import domains, events, evidence, keys, members, problem, records, watching
from letterhead.api.native.examples import EXAMPLES
from letterhead.cli import answers
from tests.cli.server import ANSWERS, answer

SHAPES = {
    answers.Record: records.Record,
    answers.Records: records.RecordList,
    answers.Domain: domains.Domain,
    answers.Domains: domains.DomainPage,
    answers.Witness: evidence.Witness,
    answers.Finding: evidence.Finding,
    answers.Evidence: evidence.Evidence,
    answers.Event: events.Event,
    answers.Events: events.EventPage,
    answers.Key: keys.Key,
    answers.Keys: keys.KeyPage,
    answers.Member: members.Member,
    answers.Members: members.MemberPage,
    answers.Problem: problem.ProblemDocument,
}

SCRIPTED = {
    "domain": domains.Domain,
    "domains": domains.DomainPage,
    "evidence": evidence.Evidence,
    "history": events.EventPage,
    "keys": keys.KeyPage,
    "member": members.Member,
    "members": members.MemberPage,
    "problem": problem.ProblemDocument,
    "records": records.RecordList,
    "watched": watching.Watched,
}


@pytest.mark.parametrize("ours", SHAPES, ids=lambda shape: shape.__name__)
def test_every_member_that_is_read_is_sent(ours: type[msgspec.Struct]) -> None:
    assert set(ours.__struct_fields__) <= set(SHAPES[ours].__struct_fields__)


@pytest.mark.parametrize(
    ("example", "shape"),
    [
        ("Domain", answers.Domain),
        ("DomainPage", answers.Domains),
        ("RecordList", answers.Records),
        ("Evidence", answers.Evidence),
        ("EventPage", answers.Events),
        ("KeyWithSecret", answers.Key),
        ("MemberPage", answers.Members),
        ("ProblemDocument", answers.Problem),
    ],
)
def test_the_apis_examples_are_understood(example: str, shape: type[msgspec.Struct]) -> None:
    msgspec.json.decode(msgspec.json.encode(EXAMPLES[example]), type=shape)


@pytest.mark.parametrize("name", sorted({path.stem for path in ANSWERS.glob("*.json")} - {"domain_hostile"}))
def test_the_scripted_answers_are_what_the_api_sends(name: str) -> None:
    msgspec.json.decode(answer(name), type=SCRIPTED[name.partition("_")[0]])


def test_words_and_members_of_a_newer_server_are_shown_and_not_refused() -> None:
    document = msgspec.json.decode(answer("domain_new")) | {"status": "hibernating", "mood": "calm"}
    read = msgspec.json.decode(msgspec.json.encode(document), type=answers.Domain)
    assert read.status == "hibernating"
