"""What we ask for and what to publish: never weaker than the record that stands, true to its owner's tags."""

from collections.abc import Iterator
from functools import lru_cache

from letterhead.core.dmarc.policy import Policy, policy_named, strictest
from letterhead.core.dmarc.record import KNOWN_TAGS, REMOVED_TAGS, Record, parse
from letterhead.core.refusal import invalid
from letterhead.core.tag_list import FOLDING, Tag, TagList


@lru_cache(maxsize=256)  # it is the site's and the profile's, the same for every domain
def wanted_policy(text: str) -> Policy:
    """The least policy that meets a record we ask for, such as "v=DMARC1; p=quarantine; rua=mailto:a@b.com".

    Raises Refusal dmarc_wanted_invalid where the text is no DMARC record with a policy.
    """
    record = parse(text)
    policy = record.effective if isinstance(record, Record) else None
    if policy is None:
        raise invalid(
            "dmarc_wanted_invalid",
            "The DMARC record to ask for names no policy.",
            mend='Write it as "v=DMARC1; p=quarantine", with p=none, p=quarantine or p=reject.',
        )
    return policy


def recommended(existing: Record | None, wanted: Policy, rua: str | None = None) -> str:
    """The record to publish at a domain so that its policy is at least `wanted`.

    existing  the domain's own record; None where it has none.
    wanted    where a parent's record rules with a stricter policy, give that one: an own record replaces it.
    rua       an address for reports, "mailto:dmarc@acme.com", to stand beside theirs; None to add none.

    What receivers ignore is left out: removed, misspelt and broken tags. `t=y` stays only where `wanted` is
    met in spite of it. Of policies given more than once the strictest stays.
    """
    tags = existing.tags if existing else TagList(())
    floor = (policy_named(tag.value) for tag in tags.tags if tag.name.lower() == "p")
    policy = strictest(wanted, *floor) or wanted
    addresses = list(_addresses(tags))
    if rua and rua.lower() not in map(str.lower, addresses):
        addresses.append(rua)
    testing = existing is not None and existing.testing and policy.tested.strictness >= wanted.strictness
    kept = [tag for tag in _kept(tags) if tag.name != "t" or testing]
    reports = [Tag("rua", ",".join(addresses))] if addresses else []
    return "; ".join(map(str, [Tag("v", "DMARC1"), Tag("p", policy), *_subdomains(tags), *kept, *reports]))


def _subdomains(tags: TagList) -> Iterator[Tag]:
    """The tags sp and np, as far as they name a policy."""
    for name in ("sp", "np"):
        policy = strictest(*map(policy_named, tags.values(name)))
        if policy:
            yield Tag(name, policy)


def _addresses(tags: TagList) -> Iterator[str]:
    """What stands in rua, each address once, as its owner wrote it."""
    pieces = (piece.strip(FOLDING) for value in tags.values("rua") for piece in value.split(","))
    return iter(dict.fromkeys(piece for piece in pieces if _writable(piece)))


def _kept(tags: TagList) -> Iterator[Tag]:
    """The owner's other tags that a receiver may use, and those nobody knows yet."""
    repeated = frozenset(tags.repeated)
    for tag in tags.tags:
        rewritten = tag.name in ("v", "p", "sp", "np", "rua")
        misspelt = tag.name.lower() in KNOWN_TAGS and tag.name not in KNOWN_TAGS
        ignored = misspelt or tag.name in REMOVED_TAGS or tag.name in repeated
        if not rewritten and not ignored and _writable(tag.value):
            yield tag


def _writable(value: str) -> bool:
    """Whether a record may hold the value (RFC 9989 §4.8 dmarc-value)."""
    return bool(value) and value.isascii() and value.isprintable()
