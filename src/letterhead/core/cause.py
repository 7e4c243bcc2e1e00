"""Causes: the name of everything that can be wrong with a record, and the one sentence that mends it.

A cause is stable and for programs; its advice is for people. `docs/causes.md` lists them all.
In the sentences {host} is the record's name, {value} what should stand there, {type} its type, {domain} the domain;
the other names come from whoever found the cause. No full stop follows a value, for it would be copied with it.
"""

from enum import StrEnum


class Cause(StrEnum):
    """Why a finding is what it is; `ok` where nothing is wrong."""

    OK = "ok"
    # Could not find out.
    UNREACHABLE = "unreachable"
    SERVERS_DISAGREE = "servers_disagree"
    LAME_DELEGATION = "lame_delegation"
    DNSSEC_BOGUS = "dnssec_bogus"
    NOT_VISIBLE_YET = "not_visible_yet"
    HELD = "held"
    # Not the record, but the whole domain.
    PARKED = "parked"
    # The record is not there.
    NAME_MISSING = "name_missing"
    TYPE_MISSING = "type_missing"
    ALIAS_LOOP = "alias_loop"
    ALIAS_TOO_LONG = "alias_too_long"
    WRONG_NAME = "wrong_name"
    WRONG_TYPE = "wrong_type"
    WILDCARD = "wildcard"
    # Ownership.
    PROOF_MISSING = "proof_missing"
    PROOF_MANGLED = "proof_mangled"
    PROOF_STALE = "proof_stale"
    # MX.
    MX_FOREIGN = "mx_foreign"
    MX_FOREIGN_FIRST = "mx_foreign_first"
    MX_FOREIGN_EQUAL = "mx_foreign_equal"
    MX_NULL = "mx_null"
    MX_ADDRESS = "mx_address"
    MX_ZONE_APPENDED = "mx_zone_appended"
    MX_PRIORITY_IN_NAME = "mx_priority_in_name"
    MX_ALIAS = "mx_alias"
    MX_IMPLICIT = "mx_implicit"
    # SPF.
    SPF_MISSING = "spf_missing"
    SPF_MULTIPLE = "spf_multiple"
    SPF_SYNTAX = "spf_syntax"
    SPF_NOT_AUTHORISED = "spf_not_authorised"
    SPF_WRONG_QUALIFIER = "spf_wrong_qualifier"
    SPF_AFTER_ALL = "spf_after_all"
    SPF_TOO_MANY_LOOKUPS = "spf_too_many_lookups"
    SPF_TOO_MANY_VOIDS = "spf_too_many_voids"
    SPF_LOOP = "spf_loop"
    # DKIM.
    DKIM_NOT_A_KEY = "dkim_not_a_key"
    DKIM_OTHER_KEY = "dkim_other_key"
    DKIM_TRUNCATED = "dkim_truncated"
    DKIM_QUOTED = "dkim_quoted"
    DKIM_REVOKED = "dkim_revoked"
    DKIM_UNUSABLE = "dkim_unusable"
    DKIM_WEAK = "dkim_weak"
    DKIM_MULTIPLE = "dkim_multiple"
    ALIAS_ELSEWHERE = "alias_elsewhere"
    ALIAS_ZONE_APPENDED = "alias_zone_appended"
    ALIAS_FLATTENED = "alias_flattened"
    # DMARC.
    DMARC_MISSING = "dmarc_missing"
    DMARC_MULTIPLE = "dmarc_multiple"
    DMARC_INVALID = "dmarc_invalid"
    DMARC_TOO_WEAK = "dmarc_too_weak"
    # The provider's word.
    PROVIDER_PENDING = "provider_pending"
    PROVIDER_REFUSED = "provider_refused"


ADVICE: dict[Cause, str] = {
    Cause.OK: "",
    Cause.UNREACHABLE: "We could not find out ({detail}); nothing was changed. We ask again by ourselves.",
    Cause.SERVERS_DISAGREE: (
        "Your name servers do not agree about {host}: {detail}. Wait until the change has reached all of them, "
        "or mend the one that lags behind."
    ),
    Cause.LAME_DELEGATION: (
        "The delegation of {domain} names {detail}, which does not answer for the zone. Remove it from the "
        "delegation at your registrar, or set the zone up there; until then others could claim it."
    ),
    Cause.DNSSEC_BOGUS: (
        "Resolvers that check DNSSEC call the signatures at {host} broken, so much of the world can't see it "
        "({detail}). Have your DNS host sign {domain} anew, or remove the DS record at your registrar."
    ),
    Cause.NOT_VISIBLE_YET: (
        "{host} is published, but resolvers still remember what was there before. Nothing to do: wait{until}."
    ),
    Cause.HELD: (
        "What we saw ({detail}) may be a fault of ours, so it does not count and nothing was changed. "
        "Nothing to do: we ask again by ourselves."
    ),
    Cause.PARKED: (
        "The name servers of {domain} are those of a parking service ({detail}): the domain has expired, or was "
        "parked. Renew it at your registrar and point it back to your own name servers."
    ),
    Cause.NAME_MISSING: "There is nothing at {host}. Add a record of type {type} there with the value {value}",
    Cause.TYPE_MISSING: "{host} exists but has no {type} record. Add one with the value {value}",
    Cause.ALIAS_LOOP: "The CNAME records lead in a circle at {detail}. Remove the CNAME that points back.",
    Cause.ALIAS_TOO_LONG: "The CNAME records from {host} lead on for too long. Point {host} at its target directly.",
    Cause.WRONG_NAME: (
        "The record stands at {detail} and is needed at {host}. Add it there; in a panel that appends the zone by "
        "itself, enter only the part before {domain}, or @ for {domain} itself."
    ),
    Cause.WRONG_TYPE: "{host} carries a {detail} record; we need {type}. Replace it by {type} with the value {value}",
    Cause.WILDCARD: (
        "What answers at {host} is a wildcard record, which proves nothing. "
        "Add a record of type {type} at exactly {host} with the value {value}"
    ),
    Cause.PROOF_MISSING: "{host} has no TXT record with our token. Add one with the value {value}",
    Cause.PROOF_MANGLED: "The token at {host} is there but {detail}. Replace it by exactly {value}",
    Cause.PROOF_STALE: ("{host} carries a token of an older or another registration. Replace it by {value}"),
    Cause.MX_FOREIGN: "Mail for {domain} goes to {detail}, not to us. Replace it by an MX record {value}",
    Cause.MX_FOREIGN_FIRST: (
        "The lower number wins: {detail} is tried before us. Remove it, or give it a higher number than ours."
    ),
    Cause.MX_FOREIGN_EQUAL: (
        "{detail} has the same number as our MX, so mail is split between them. Remove it, or give it a higher number."
    ),
    Cause.MX_NULL: "A null MX (0 .) says that {domain} takes no mail. Remove it and add an MX record {value}",
    Cause.MX_ADDRESS: "An MX record must name a host, not the address {detail}. Replace it by {value}",
    Cause.MX_ZONE_APPENDED: (
        "Your DNS host appended the zone: the MX says {detail}. Enter the value with a final dot, or choose "
        "'full name' in the panel, so that it reads {value}"
    ),
    Cause.MX_PRIORITY_IN_NAME: (
        "The priority went into the name: the MX says {detail}. Enter the number in the field for the priority "
        "and only the host in the field for the value."
    ),
    Cause.MX_ALIAS: (
        "The MX names {detail}, an alias of our host. An MX must name the host itself (RFC 2181 §10.3): {value}"
    ),
    Cause.MX_IMPLICIT: (
        "{domain} has no MX record, so mail goes to its web address. Add an MX record with the value {value}"
    ),
    Cause.SPF_MISSING: "{host} has no SPF record. Add a TXT record with the value {value}",
    Cause.SPF_MULTIPLE: (
        "{host} has {detail} SPF records, which makes all of them void (RFC 7208 §4.5). "
        "Replace them by one: {suggestion}"
    ),
    Cause.SPF_SYNTAX: "The SPF record can't be read: {detail}. Replace it by {suggestion}",
    Cause.SPF_NOT_AUTHORISED: "Your SPF record does not name us ({detail} is missing). Change it to {suggestion}",
    Cause.SPF_WRONG_QUALIFIER: (
        "Your SPF record names us with a qualifier that does not let us send ({detail}). Change it to {suggestion}"
    ),
    Cause.SPF_AFTER_ALL: "What stands behind 'all' is never read ({detail}). Change the record to {suggestion}",
    Cause.SPF_TOO_MANY_LOOKUPS: (
        "The SPF record needs more DNS lookups than the ten allowed: {detail}. Remove what you no longer use."
    ),
    Cause.SPF_TOO_MANY_VOIDS: (
        "More than two names in the SPF record lead nowhere, so receivers give up on it: {detail}. Remove them."
    ),
    Cause.SPF_LOOP: "The SPF record includes itself: {detail}. Remove that term.",
    Cause.DKIM_NOT_A_KEY: "What stands at {host} is no DKIM key ({detail}). Replace it by {value}",
    Cause.DKIM_OTHER_KEY: "The key at {host} is not the one we sign with. Replace it by {value}",
    Cause.DKIM_TRUNCATED: (
        "The key at {host} was cut off ({detail}). Enter the whole value; a panel with a limit of 255 characters "
        "wants it in several quoted strings, as in the zone file we offer."
    ),
    Cause.DKIM_QUOTED: (
        "The key at {host} contains quotes or backslashes that belong to the notation ({detail}). "
        "Enter the value without them."
    ),
    Cause.DKIM_REVOKED: "The key at {host} is revoked (empty p=). Replace it by {value}",
    Cause.DKIM_UNUSABLE: "Receivers can't use the key at {host}: {detail}. Replace it by {value}",
    Cause.DKIM_WEAK: "The key at {host} is too short ({detail}). Replace it by {value}",
    Cause.DKIM_MULTIPLE: (
        "{host} has several key records, which receivers treat as they like (RFC 6376 §3.6.2.2). "
        "Keep only ours and remove: {detail}"
    ),
    Cause.ALIAS_ELSEWHERE: "{host} points to {detail}. Point it to {value}",
    Cause.ALIAS_ZONE_APPENDED: (
        "Your DNS host appended the zone: {host} points to {detail}. Enter the target with a final dot so that "
        "it reads {value}"
    ),
    Cause.ALIAS_FLATTENED: (
        "{host} answers, but not as a CNAME ({detail}): your DNS host hides it. Turn its proxy and 'CNAME "
        "flattening' off for this record, so that it is DNS only."
    ),
    Cause.DMARC_MISSING: "No DMARC policy covers {domain}. Add a TXT record at {host} with the value {value}",
    Cause.DMARC_MULTIPLE: (
        "{host} has {detail} DMARC records, so receivers use none of them (RFC 9989 §4.10). Keep one: {suggestion}"
    ),
    Cause.DMARC_INVALID: "The DMARC record at {host} can't be used: {detail}. Replace it by {suggestion}",
    Cause.DMARC_TOO_WEAK: "The policy for {domain} is weaker than asked for ({detail}). Publish at {host}: {suggestion}",
    Cause.PROVIDER_PENDING: "The provider has not made up its mind about DKIM yet. Nothing to do: we keep asking it.",
    Cause.PROVIDER_REFUSED: "The provider gave up on DKIM for {domain}. Check the records, then verify again.",
}
