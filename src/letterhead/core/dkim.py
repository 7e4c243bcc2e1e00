"""DKIM key records: reading one, telling whose key it is, judging all at a selector, writing our own.

RFC 6376 §3.6.1 gives the format, RFC 8301 the lengths of RSA keys, RFC 8463 Ed25519.
Where a rule leaves room we side with the strictest reader: a record passes only if every verifier can use it.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from letterhead.core import tag_list
from letterhead.core.refusal import Refusal, invalid
from letterhead.core.tag_list import FOLDING, TagList, legible

SHORTEST_RSA = 1024
"""Bits below which no verifier may accept a signature (RFC 8301 §3.2)."""
RECOMMENDED_RSA = 2048
"""Bits that signers should use at least (RFC 8301 §3.2)."""
LONGEST_RSA = 4096
"""Bits up to which every verifier must be able to go (RFC 8301 §3.2)."""
ED25519_BYTES = 32

_RSA_INFO = bytes.fromhex("300d06092a864886f70d0101010500")
"""By this a SubjectPublicKeyInfo near its beginning names RSA (RFC 3279 §2.3.1); it is published whole."""
_ED25519_INFO = bytes.fromhex("302a300506032b6570032100")
"""What one with an Ed25519 key begins with (RFC 8410 §4); what follows alone is published (RFC 8463 §4)."""

_QUOTES = (b'"', b"\xe2\x80\x9c", b"\xe2\x80\x9d")  # straight, and the two typographic ones in UTF-8
_NOTES = re.compile(rb"(?:^|;)\s*n\s*=[^;]*")  # free text for people, where quotation marks are welcome


class Severity(StrEnum):
    """What a defect does to signatures."""

    FAIL = "fail"  # some or all verifiers can't use the record
    WARNING = "warning"  # works, and should be mended
    NOTE = "note"  # works, and is worth knowing


class Defect(StrEnum):
    """What can be wrong with a key record."""

    NOT_A_KEY_RECORD = "not_a_key_record"  # something else lives at this name
    QUOTED = "quoted"  # quotation marks became part of the value
    ESCAPED = "escaped"  # `\;` became part of the value
    MALFORMED_TAG = "malformed_tag"  # RFC 6376 §6.1.2 step 4: key syntax error
    REPEATED_TAG = "repeated_tag"  # RFC 6376 §3.2: the whole list is invalid
    WRONG_VERSION = "wrong_version"
    VERSION_NOT_FIRST = "version_not_first"
    UNKNOWN_KEY_TYPE = "unknown_key_type"
    NO_SHA256 = "no_sha256"
    NOT_FOR_EMAIL = "not_for_email"
    NO_KEY = "no_key"  # no p= at all
    REVOKED = "revoked"  # p= is empty
    NOT_BASE64 = "not_base64"
    TRUNCATED_KEY = "truncated_key"
    NOT_A_PUBLIC_KEY = "not_a_public_key"
    OTHER_ALGORITHM = "other_algorithm"  # a public key, but not of the type that k= says
    KEY_TOO_SHORT = "key_too_short"
    ED25519_LENGTH = "ed25519_length"
    KEY_WEAK = "key_weak"
    KEY_LONG = "key_long"
    TESTING = "testing"
    STRICT_IDENTITY = "strict_identity"

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return _LENIENT.get(self, Severity.FAIL)


_LENIENT = {
    Defect.KEY_WEAK: Severity.WARNING,
    Defect.KEY_LONG: Severity.WARNING,
    Defect.TESTING: Severity.WARNING,
    Defect.STRICT_IDENTITY: Severity.NOTE,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect found, with what was seen, legible, where that helps."""

    defect: Defect
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One TXT record at a selector.

    data      the joined bytes as published.
    key_type  the value of k=; "rsa" when absent.
    key       what p= encodes: DER for RSA, 32 raw bytes for Ed25519; b"" when there is nothing to decode.
    bits      length of the key in bits; 0 when it could not be read.
    """

    data: bytes
    key_type: str
    key: bytes
    bits: int
    problems: tuple[Problem, ...]

    @property
    def usable(self) -> bool:
        """Whether every verifier can check signatures with it."""
        return all(p.defect.severity is not Severity.FAIL for p in self.problems)

    def has(self, defect: Defect) -> bool:
        """Whether the record has this defect."""
        return any(p.defect is defect for p in self.problems)


def parse(data: bytes) -> KeyRecord:
    """Read the joined bytes of one TXT record. Total: what is wrong is said in `problems`, never raised."""
    unwrapped, wrapping = _unwrap(data)
    tags = tag_list.read(unwrapped)
    if not _means_key(tags):
        return KeyRecord(data, "", b"", 0, (Problem(Defect.NOT_A_KEY_RECORD),))
    key_type = "rsa" if (named := tags.get("k")) is None else named
    key, bits, key_problems = _key(key_type, tags)
    problems = [*wrapping, *_syntax(tags), *_version(tags), *_limits(tags), *key_problems, *_flags(tags)]
    return KeyRecord(data, key_type, key, bits, tuple(problems))


def _unwrap(data: bytes) -> tuple[bytes, list[Problem]]:
    r"""Take off quotes and the backslash of `\;` that a panel kept: the key inside can still be named."""
    problems = []
    outside_notes = _NOTES.sub(b"", data)
    if any(quote in outside_notes for quote in _QUOTES):
        problems.append(Problem(Defect.QUOTED))
        for quote in _QUOTES:
            data = data.replace(quote, b"")
    if rb"\;" in data:
        problems.append(Problem(Defect.ESCAPED))
        data = data.replace(rb"\;", b";")
    return data, problems


def _means_key(tags: TagList) -> bool:
    """Whether the record is meant as a key: it says so in v=, or has no v= and a p= (RFC 6376 §3.6.1)."""
    versions = tags.values("v")
    if versions:
        return any(value.lower().startswith("dkim") for value in versions)
    return bool(tags.values("p"))


def _syntax(tags: TagList) -> Iterable[Problem]:
    for piece in tags.malformed:
        yield Problem(Defect.MALFORMED_TAG, legible(piece))
    for name in tags.repeated:
        yield Problem(Defect.REPEATED_TAG, name)


def _version(tags: TagList) -> Iterable[Problem]:
    """v= is optional; if there, it is first and exactly DKIM1 (RFC 6376 §3.6.1)."""
    for value in tags.values("v"):
        if value != "DKIM1":
            yield Problem(Defect.WRONG_VERSION, legible(value))
    if tags.values("v") and tags.tags[0].name != "v":
        yield Problem(Defect.VERSION_NOT_FIRST)


def _items(tags: TagList, name: str) -> list[str] | None:
    """A colon-separated value, taken apart; None when the tag is absent."""
    value = tags.get(name)
    return None if value is None else [item.strip(FOLDING) for item in value.split(":")]


def _limits(tags: TagList) -> Iterable[Problem]:
    """h= and s= narrow down what the key may be used for; both default to everything (RFC 6376 §3.6.1)."""
    hashes = _items(tags, "h")
    if hashes is not None and "sha256" not in hashes:  # RFC 8301 §3.1: sha1 must not be used
        yield Problem(Defect.NO_SHA256, legible(":".join(hashes)))
    services = _items(tags, "s")
    if services is not None and not {"*", "email"} & set(services):
        yield Problem(Defect.NOT_FOR_EMAIL, legible(":".join(services)))


def _flags(tags: TagList) -> Iterable[Problem]:
    """The flags of t= (RFC 6376 §3.6.1); unknown ones are ignored."""
    flags = _items(tags, "t") or []
    if "y" in flags:
        yield Problem(Defect.TESTING)
    if "s" in flags:
        yield Problem(Defect.STRICT_IDENTITY)


def _key(key_type: str, tags: TagList) -> tuple[bytes, int, list[Problem]]:
    """The key in p=: its bytes, its length in bits, and what is wrong with it."""
    value = tags.get("p")
    if value is None:
        return b"", 0, [] if tags.values("p") else [Problem(Defect.NO_KEY)]  # repeated: said already
    text = value.translate(dict.fromkeys(map(ord, FOLDING)))  # RFC 6376 §3.6.1: base64 may be folded
    if not text:
        return b"", 0, [Problem(Defect.REVOKED)]
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        return b"", 0, [_not_base64(text, error)]
    if key_type == "rsa":
        return key, *_rsa(key)
    if key_type == "ed25519":
        return key, *_ed25519(key)
    return key, 0, [Problem(Defect.UNKNOWN_KEY_TYPE, legible(key_type))]


def _not_base64(text: str, error: Exception) -> Problem:
    """Say "cut off" where whole groups of four decode to a key that announces more bytes than there are."""
    try:
        beginning = base64.b64decode(text[: len(text) // 4 * 4], validate=True)
    except (binascii.Error, ValueError):
        return Problem(Defect.NOT_BASE64, str(error))
    return _truncation(beginning) or Problem(Defect.NOT_BASE64, str(error))


def _truncation(der: bytes) -> Problem | None:
    """Whether the outer SEQUENCE announces more bytes than follow (X.690 §8.1.3)."""
    if len(der) < 2 or der[0] != 0x30:
        return None
    size_bytes = der[1] & 0x7F if der[1] & 0x80 else 0
    size = int.from_bytes(der[2 : 2 + size_bytes], "big") if size_bytes else der[1]
    announced = 2 + size_bytes + size
    if announced <= len(der):
        return None
    return Problem(Defect.TRUNCATED_KEY, f"{len(der)} of {announced} bytes")


def _rsa(der: bytes) -> tuple[int, list[Problem]]:
    """An RSAPublicKey, bare or in a SubjectPublicKeyInfo (RFC 6376 §3.6.1, Appendix C, erratum 3017)."""
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        return 0, [_truncation(der) or Problem(Defect.NOT_A_PUBLIC_KEY)]
    if not isinstance(key, RSAPublicKey):
        return 0, [Problem(Defect.OTHER_ALGORITHM)]
    bits = key.key_size
    detail = f"{bits} bits"
    if bits < SHORTEST_RSA:
        return bits, [Problem(Defect.KEY_TOO_SHORT, detail)]
    if bits < RECOMMENDED_RSA:
        return bits, [Problem(Defect.KEY_WEAK, detail)]
    return bits, [Problem(Defect.KEY_LONG, detail)] if bits > LONGEST_RSA else []


def _ed25519(key: bytes) -> tuple[int, list[Problem]]:
    """32 bytes as they are, in no ASN.1 wrapping (RFC 8463 §4)."""
    if len(key) != ED25519_BYTES:
        return 0, [Problem(Defect.ED25519_LENGTH, f"{len(key)} bytes")]
    return 8 * ED25519_BYTES, []


def key_record_text(public_key: bytes) -> str:
    """The record to publish for a key, given as SubjectPublicKeyInfo in DER: `v=DKIM1; k=rsa; p=…`.

    Raises Refusal dkim_key_unsupported for bytes that are no RSA or Ed25519 key.
    """
    if public_key.startswith(_ED25519_INFO):
        key = public_key.removeprefix(_ED25519_INFO)
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(key).decode('ascii')}"
    if _RSA_INFO in public_key[:24]:
        return f"v=DKIM1; k=rsa; p={base64.b64encode(public_key).decode('ascii')}"
    raise _unsupported()


def same_key(record: KeyRecord, public_key: bytes) -> bool:
    """Whether a record publishes this key (SubjectPublicKeyInfo in DER), byte for byte after decoding.

    Tag order, blanks and folding never matter. Raises Refusal dkim_key_unsupported as key_record_text does.
    """
    if record.bits and record.key_type == "rsa" and record.key == public_key:
        return True  # as we publish it ourselves, and read already
    key_type, forms = _published_forms(public_key)
    return record.key_type == key_type and record.key in forms


def _published_forms(public_key: bytes) -> tuple[str, tuple[bytes, ...]]:
    """The key type and the bytes that p= may carry for a key, ours first."""
    key = _loaded(public_key)
    if isinstance(key, Ed25519PublicKey):
        return "ed25519", (key.public_bytes_raw(),)
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "rsa", (info, key.public_bytes(Encoding.DER, PublicFormat.PKCS1))


def _loaded(public_key: bytes) -> RSAPublicKey | Ed25519PublicKey:
    """The key. Raises Refusal dkim_key_unsupported."""
    try:
        key = load_der_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, RSAPublicKey | Ed25519PublicKey):
        return key
    raise _unsupported()


def _unsupported() -> Refusal:
    return invalid(
        "dkim_key_unsupported",
        "The DKIM key is no RSA or Ed25519 public key in DER.",
        mend="Give the key as SubjectPublicKeyInfo, as `openssl pkey -pubout -outform DER` writes it.",
    )


class Standing(StrEnum):
    """What the TXT records of a selector amount to for our key."""

    PUBLISHED = "published"  # ours alone, and usable
    MISSING = "missing"  # no key record at all
    OTHER_KEY = "other_key"  # a good record with a key that is not ours
    DEFECTIVE = "defective"  # the one record can't be used: see its problems
    SEVERAL = "several"  # more than one: what verifiers do is undefined (RFC 6376 §3.6.2.2)


@dataclass(frozen=True, slots=True)
class Selector:
    """The TXT records at one selector, sorted: `stale` are key records that do not carry our key."""

    ours: tuple[KeyRecord, ...]
    stale: tuple[KeyRecord, ...]
    noise: tuple[bytes, ...]

    @property
    def standing(self) -> Standing:
        """What the records amount to."""
        records = self.ours + self.stale
        if not records:
            return Standing.MISSING
        if len(records) > 1:
            return Standing.SEVERAL
        if not records[0].usable:
            return Standing.DEFECTIVE
        return Standing.PUBLISHED if self.ours else Standing.OTHER_KEY


def choose(texts: Sequence[bytes], public_key: bytes) -> Selector:
    """Sort the joined TXT records of one selector by whether they carry our key (as in same_key)."""
    records = [parse(data) for data in texts]
    keys = [record for record in records if not record.has(Defect.NOT_A_KEY_RECORD)]
    ours = tuple(record for record in keys if same_key(record, public_key))
    return Selector(
        ours=ours,
        stale=tuple(record for record in keys if record not in ours),
        noise=tuple(record.data for record in records if record.has(Defect.NOT_A_KEY_RECORD)),
    )
