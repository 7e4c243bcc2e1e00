"""DKIM key records: every defect by name, the comparison of keys, and several records at one selector."""

import base64
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.answer import Txt
from letterhead.core.dkim import (
    Defect,
    KeyRecord,
    Severity,
    Standing,
    choose,
    key_record_text,
    parse,
    same_key,
)
from letterhead.core.refusal import Refusal


def rsa_key(bits: int, *, salt: int = 1) -> rsa.RSAPublicKey:
    """A public key of a given length; nobody needs its private half, so its modulus is any odd number."""
    return rsa.RSAPublicNumbers(65537, (1 << (bits - 1)) + 2 * salt + 1).public_key()


@cache
def der(bits: int, *, salt: int = 1) -> bytes:
    return rsa_key(bits, salt=salt).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


OURS = der(2048)
OTHER = der(2048, salt=7)
P = b64(OURS)
ED = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x01" * 32).public_key()
ED_RAW = ED.public_bytes_raw()
ED_INFO = ED.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
EC_INFO = (
    ec.derive_private_key(7, ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)


def defects(text: str | bytes) -> list[Defect]:
    record = parse(text if isinstance(text, bytes) else text.encode())
    return [problem.defect for problem in record.problems]


GOOD = {
    "as we write it": f"v=DKIM1; k=rsa; p={P}",
    "final semicolon": f"v=DKIM1; k=rsa; p={P};",
    "no version": f"k=rsa; p={P}",
    "key alone": f"p={P}",
    "type left out": f"v=DKIM1; p={P}",
    "other order": f"v=DKIM1; p={P}; k=rsa",
    "no blanks": f"v=DKIM1;k=rsa;p={P}",
    "many blanks": f"  v = DKIM1 ;\tk =  rsa ; p =  {P} ; ",
    "blank at the joint of two strings": f"v=DKIM1; k=rsa; p={P[:216]} {P[216:]}",
    "folded": f"v=DKIM1; k=rsa; p={P[:70]}\r\n\t{P[70:140]}\n {P[140:]}",
    "hash list": f"v=DKIM1; h=sha1 : sha256; k=rsa; p={P}",
    "service list": f"v=DKIM1; s=tlsrpt:email; p={P}",
    "every service": f"v=DKIM1; s=*; p={P}",
    "notes with quotes": f'v=DKIM1; n="our key"; p={P}',
    "unknown tag": f"v=DKIM1; x=y; p={P}",
    "unknown flag": f"v=DKIM1; t=q; p={P}",
    "bare RSAPublicKey": "p=" + b64(rsa_key(2048).public_bytes(Encoding.DER, PublicFormat.PKCS1)),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_K01_our_key_is_recognised_however_it_is_written(text: str) -> None:
    record = parse(text.encode())
    assert record.problems == ()
    assert record.usable
    assert record.bits == 2048
    assert same_key(record, OURS)


@pytest.mark.parametrize("bit", range(0, len(OURS) * 8, 13))
def test_K01_one_changed_bit_is_another_key(bit: int) -> None:
    changed = bytearray(OURS)
    changed[bit // 8] ^= 1 << bit % 8
    record = parse(f"v=DKIM1; k=rsa; p={b64(bytes(changed))}".encode())
    assert not same_key(record, OURS)


def test_K01_case_matters_inside_the_key() -> None:
    assert not same_key(parse(f"v=DKIM1; p={P.swapcase()}".encode()), OURS)


def test_K01_the_right_bytes_under_another_type_are_not_our_key() -> None:
    assert not same_key(parse(f"v=DKIM1; k=ed25519; p={P}".encode()), OURS)


BAD = {
    "empty": ("", [Defect.NOT_A_KEY_RECORD]),
    "another vendor's token": ("google-site-verification=abc", [Defect.NOT_A_KEY_RECORD]),
    "SPF": ("v=spf1 -all", [Defect.NOT_A_KEY_RECORD]),
    "DMARC, with a p of its own": ("v=DMARC1; p=reject", [Defect.NOT_A_KEY_RECORD]),
    "no key": ("v=DKIM1; k=rsa", [Defect.NO_KEY]),
    "revoked": ("v=DKIM1; k=rsa; p=", [Defect.REVOKED]),
    "revoked with blanks": ("v=DKIM1; p= \t ;", [Defect.REVOKED]),
    "version 2": (f"v=DKIM2; p={P}", [Defect.WRONG_VERSION]),
    "version in lower case": (f"v=dkim1; p={P}", [Defect.WRONG_VERSION]),
    "no semicolon behind the version": (f"v=DKIM1 p={P}", [Defect.WRONG_VERSION, Defect.NO_KEY]),
    "version not first": (f"k=rsa; v=DKIM1; p={P}", [Defect.VERSION_NOT_FIRST]),
    "unknown type": (f"v=DKIM1; k=dsa; p={P}", [Defect.UNKNOWN_KEY_TYPE]),
    "type in upper case": (f"v=DKIM1; k=RSA; p={P}", [Defect.UNKNOWN_KEY_TYPE]),
    "empty type": (f"v=DKIM1; k=; p={P}", [Defect.UNKNOWN_KEY_TYPE]),
    "sha1 only": (f"v=DKIM1; h=sha1; p={P}", [Defect.NO_SHA256]),
    "no hash": (f"v=DKIM1; h=; p={P}", [Defect.NO_SHA256]),
    "not for email": (f"v=DKIM1; s=tlsrpt; p={P}", [Defect.NOT_FOR_EMAIL]),
    "no base64": ("v=DKIM1; p=hello!", [Defect.NOT_BASE64]),
    "padding lost": ("v=DKIM1; k=ed25519; p=" + b64(ED_RAW).rstrip("="), [Defect.NOT_BASE64]),
    "cut at a group": (f"v=DKIM1; p={P[:216]}", [Defect.TRUNCATED_KEY]),
    "cut in a group": (f"v=DKIM1; p={P[:217]}", [Defect.TRUNCATED_KEY]),
    "cut to one group": (f"v=DKIM1; p={P[:4]}", [Defect.TRUNCATED_KEY]),
    "no key inside": ("v=DKIM1; p=" + b64(b"hello world"), [Defect.NOT_A_PUBLIC_KEY]),
    "a whole sequence, but no key": ("v=DKIM1; p=" + b64(b"0\0"), [Defect.NOT_A_PUBLIC_KEY]),
    "rubbish behind the key": ("v=DKIM1; p=" + b64(OURS + b"\0"), [Defect.NOT_A_PUBLIC_KEY]),
    "elliptic curve called rsa": ("v=DKIM1; k=rsa; p=" + b64(EC_INFO), [Defect.OTHER_ALGORITHM]),
    "Ed25519 in ASN.1": ("v=DKIM1; k=ed25519; p=" + b64(ED_INFO), [Defect.ED25519_LENGTH]),
    "Ed25519 of 31 bytes": ("v=DKIM1; k=ed25519; p=" + b64(ED_RAW[:31]), [Defect.ED25519_LENGTH]),
    "Ed25519 called rsa": ("v=DKIM1; p=" + b64(ED_RAW), [Defect.NOT_A_PUBLIC_KEY]),
    "two keys": (f"v=DKIM1; p={P}; p={P}", [Defect.REPEATED_TAG]),
    "empty tag": (f"v=DKIM1;; p={P}", [Defect.MALFORMED_TAG]),
    "piece without a value": (f"v=DKIM1; rsa; p={P}", [Defect.MALFORMED_TAG]),
    "quoted": (f'"v=DKIM1; k=rsa; p={P}"', [Defect.QUOTED]),
    "quotes at the joint": (f'v=DKIM1; k=rsa; p={P[:216]}" "{P[216:]}', [Defect.QUOTED]),
    "typographic quotes": (f"“v=DKIM1; k=rsa; p={P}”", [Defect.QUOTED]),
    "escaped": (rf"v=DKIM1\; k=rsa\; p={P}", [Defect.ESCAPED]),
    "quoted and escaped": (rf'"v=DKIM1\; k=rsa\; p={P}"', [Defect.QUOTED, Defect.ESCAPED]),
}


@pytest.mark.parametrize(("text", "expected"), BAD.values(), ids=BAD.keys())
def test_K02_a_key_that_receivers_cannot_use_fails_with_its_reason(text: str, expected: list[Defect]) -> None:
    assert defects(text) == expected
    assert not parse(text.encode()).usable


@pytest.mark.parametrize(
    ("bits", "expected", "usable"),
    [
        (512, [Defect.KEY_TOO_SHORT], False),
        (768, [Defect.KEY_TOO_SHORT], False),
        (1023, [Defect.KEY_TOO_SHORT], False),
        (1024, [Defect.KEY_WEAK], True),
        (2047, [Defect.KEY_WEAK], True),
        (2048, [], True),
        (4096, [], True),
        (4097, [Defect.KEY_LONG], True),
    ],
)
def test_K03_the_length_of_an_rsa_key_decides(bits: int, expected: list[Defect], usable: bool) -> None:
    record = parse(f"v=DKIM1; p={b64(der(bits))}".encode())
    assert [problem.defect for problem in record.problems] == expected
    assert all(problem.detail == f"{bits} bits" for problem in record.problems)
    assert (record.bits, record.usable) == (bits, usable)


def test_K03_an_ed25519_key_is_32_bytes() -> None:
    record = parse(f"v=DKIM1; k=ed25519; p={b64(ED_RAW)}".encode())
    assert (record.problems, record.bits) == ((), 256)
    assert same_key(record, ED_INFO)
    assert not same_key(record, OURS)


def test_K04_testing_warns_and_strict_is_a_note() -> None:
    record = parse(f"v=DKIM1; t=s : y; p={P}".encode())
    assert {p.defect: p.defect.severity for p in record.problems} == {
        Defect.TESTING: Severity.WARNING,
        Defect.STRICT_IDENTITY: Severity.NOTE,
    }
    assert record.usable


@pytest.mark.parametrize("name", ["quoted", "quotes at the joint", "typographic quotes", "escaped"])
def test_K05_the_key_inside_a_mangled_record_is_still_named_ours(name: str) -> None:
    record = parse(BAD[name][0].encode())
    assert same_key(record, OURS)
    assert not record.usable


def test_a_cut_key_says_how_much_is_left() -> None:
    (problem,) = parse(f"v=DKIM1; p={P[:216]}".encode()).problems
    assert problem.detail == f"162 of {len(OURS)} bytes"


def test_T01_strings_of_one_record_are_joined_without_a_blank() -> None:
    text = f"v=DKIM1; k=rsa; p={P}".encode()
    strings = tuple(text[start : start + 255] for start in range(0, len(text), 255))
    assert len(strings) == 2
    assert same_key(parse(Txt(strings).joined), OURS)
    assert not any(same_key(parse(string), OURS) for string in strings)


OUR_TEXT = f"v=DKIM1; k=rsa; p={P}".encode()
STALE_TEXT = f"v=DKIM1; k=rsa; p={b64(OTHER)}".encode()
NOISE = [b"v=spf1 -all", b"", b"\xff\x00", b"google-site-verification=x"]


@pytest.mark.parametrize(
    ("texts", "standing"),
    [
        ([], Standing.MISSING),
        (NOISE, Standing.MISSING),
        ([OUR_TEXT], Standing.PUBLISHED),
        ([*NOISE, OUR_TEXT], Standing.PUBLISHED),
        ([STALE_TEXT], Standing.OTHER_KEY),
        ([b"v=DKIM1; p="], Standing.DEFECTIVE),
        ([b'"' + OUR_TEXT + b'"'], Standing.DEFECTIVE),
        ([OUR_TEXT, STALE_TEXT], Standing.SEVERAL),
        ([STALE_TEXT, OUR_TEXT], Standing.SEVERAL),
        ([OUR_TEXT, b"v=DKIM1; p="], Standing.SEVERAL),
        ([OUR_TEXT, OUR_TEXT], Standing.SEVERAL),
    ],
)
def test_K06_what_stands_at_a_selector(texts: list[bytes], standing: Standing) -> None:
    assert choose(texts, OURS).standing is standing


def test_K06_several_key_records_are_named_ours_and_stale() -> None:
    selector = choose([STALE_TEXT, *NOISE, OUR_TEXT], OURS)
    assert [record.data for record in selector.ours] == [OUR_TEXT]
    assert [record.data for record in selector.stale] == [STALE_TEXT]
    assert list(selector.noise) == NOISE


def test_we_write_rsa_and_ed25519_records() -> None:
    assert key_record_text(OURS) == f"v=DKIM1; k=rsa; p={P}"
    assert key_record_text(ED_INFO) == f"v=DKIM1; k=ed25519; p={b64(ED_RAW)}"


@pytest.mark.parametrize("key", [b"", b"hello", EC_INFO, ED_RAW], ids=["empty", "junk", "ec", "raw"])
def test_a_key_that_dkim_does_not_know_is_refused(key: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        key_record_text(key)
    assert refused.value.code == "dkim_key_unsupported"


@given(st.sampled_from([1024, 2048, 3072, 4096]), st.integers(1, 2**500))
def test_the_parser_reads_back_an_rsa_record_we_write(bits: int, salt: int) -> None:
    key = rsa_key(bits, salt=salt).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert choose([key_record_text(key).encode()], key).standing is Standing.PUBLISHED


@given(st.binary(min_size=32, max_size=32))
def test_the_parser_reads_back_an_ed25519_record_we_write(raw: bytes) -> None:
    public = ed25519.Ed25519PrivateKey.from_private_bytes(raw).public_key()
    key = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert choose([key_record_text(key).encode()], key).standing is Standing.PUBLISHED


@given(st.binary(max_size=120), st.sampled_from([b"", b"v=DKIM1; p=", b"k=ed25519;p=", b"v=DKIM1; h="]))
def test_T04_no_bytes_make_the_parser_raise(data: bytes, beginning: bytes) -> None:
    record = parse(beginning + data)
    assert isinstance(record, KeyRecord)
    assert record.data == beginning + data
    assert all(problem.detail.isprintable() for problem in record.problems)


@given(st.binary(max_size=80))
def test_T04_no_key_material_makes_the_parser_raise(key: bytes) -> None:
    assert parse(f"p={b64(b'0' + key)}".encode()).problems
