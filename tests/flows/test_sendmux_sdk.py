"""The published SDK of sendmux does a domain's whole round here, unchanged but for where it asks."""

from collections.abc import Iterator
from itertools import count

import pytest
from sendmux_core import RetryOptions, SendmuxApiError
from sendmux_core.pagination import iter_cursor_pages
from sendmux_management.api.domains_api import DomainsApi
from sendmux_management.client import create_management_client
from sendmux_management.models.mailbox_domain import MailboxDomain
from sendmux_management.models.management_create_domain_request import ManagementCreateDomainRequest
from sendmux_management.models.management_update_domain_request import ManagementUpdateDomainRequest

from letterhead import app
from tests.flows.program import Program, record, zone
from tests.nameservers.internet import Internet

_numbers = count(1)


class Sdk:
    """The SDK's own client, with a key of a team, and what it waited for between its attempts."""

    def __init__(self, program: Program, team: str, key: str = "") -> None:
        key = (
            key or app.create_key(program.config, team=team, role="root:full", style="sendmux", name="sdk")[0]
        )
        self.waits: list[float] = []
        self.native = program.client_with(key, team)
        options = RetryOptions(sleep=self.waits.append)
        self._client = create_management_client(
            api_key=key, base_url=f"{program.url}/api/v1", retry_options=options
        )
        self.domains = DomainsApi(self._client)

    def create(self, name: str, mode: str | None = None, key: str | None = None) -> MailboxDomain:
        request = ManagementCreateDomainRequest(domain=name, mode=mode)
        return self.domains.management_create_domain(
            idempotency_key=key, management_create_domain_request=request
        ).data

    def publish(
        self, internet: Internet, apex: str, domain: MailboxDomain, but: tuple[str, ...] = ()
    ) -> None:
        """Publish what our own interface asks for of the same domain; the SDK has no names for types."""
        internet.host(apex, zone(self.native.get(f"/domains/{domain.id[1:]}"), but=but))


@pytest.fixture
def sdk(program: Program) -> Iterator[Sdk]:
    made = Sdk(program, f"sdk-{next(_numbers)}")
    yield made
    made._client.rest_client._inner.pool_manager.clear()


def refused(error: pytest.ExceptionInfo[SendmuxApiError]) -> tuple[int | None, str, bool]:
    told = error.value
    assert told.request_id
    return told.status_code, told.code, told.retryable


def test_the_sdk_takes_a_domain_from_pending_to_verified_and_away(sdk: Sdk, internet: Internet) -> None:
    internet.host("sdk.com", "")
    domain = sdk.create("mail.sdk.com")
    assert (domain.verification_status, domain.mode, domain.verified_at) == ("pending", "send_receive", None)
    assert len(domain.dns_records.dkim) == 3
    looked = sdk.domains.management_verify_domain(domain.id).data
    assert (looked.status, looked.ses_dkim_status, looked.checks.mx) == ("pending", "pending", False)

    sdk.publish(internet, "sdk.com", domain)
    verified = sdk.domains.management_verify_domain(domain.id).data
    assert (verified.status, verified.ses_dkim_status, verified.ses_verified_for_sending) == (
        "verified",
        "success",
        True,
    )
    checks = verified.checks.to_dict()
    assert set(checks.values()) == {True}, checks
    shown = sdk.domains.management_get_domain(domain.id).data
    assert (shown.verification_status, shown.id, shown.dns_records) == (
        "verified",
        domain.id,
        domain.dns_records,
    )
    assert shown.verified_at

    text = sdk.domains.management_get_domain_zone_file(domain.id)
    assert domain.dns_records.verification.value in text
    deleted = sdk.domains.management_delete_domain(domain.id).data
    assert (deleted.deleted, deleted.id) == (True, domain.id)
    with pytest.raises(SendmuxApiError) as error:
        sdk.domains.management_get_domain(domain.id)
    assert refused(error) == (404, "not_found", False)
    assert sdk.waits == []


def test_the_sdk_upgrades_a_domain_that_only_sends(sdk: Sdk, internet: Internet) -> None:
    internet.host("sdkmode.com", "")
    domain = sdk.create("sdkmode.com", mode="send_only")
    sdk.publish(internet, "sdkmode.com", domain, but=("mx",))
    assert sdk.domains.management_verify_domain(domain.id).data.status == "verified"
    request = ManagementUpdateDomainRequest(mode="send_receive")
    answer = sdk.domains.management_get_domain_with_http_info(domain.id)
    tag = answer.headers["etag"]
    updated = sdk.domains.management_update_domain(
        domain.id, if_match=tag, management_update_domain_request=request
    ).data
    assert updated.mode == "send_receive"
    assert sdk.domains.management_verify_domain(domain.id).data.checks.mx is False
    assert sdk.domains.management_get_domain(domain.id).data.verification_status == "pending"
    with pytest.raises(SendmuxApiError) as error:
        sdk.domains.management_update_domain(
            domain.id, if_match=tag, management_update_domain_request=request
        )
    assert error.value.status_code == 412
    assert not error.value.retryable


def test_the_sdk_reads_a_list_page_by_page(sdk: Sdk) -> None:
    names = [f"sdklist{number}.com" for number in range(5)]
    for name in names:
        sdk.create(name)
    found = iter_cursor_pages(lambda cursor: sdk.domains.management_list_domains(cursor=cursor, limit=2))
    assert [each.domain for each in found] == names[::-1]


def test_the_sdk_repeats_no_conflict_and_is_given_the_first_answer_again(sdk: Sdk) -> None:
    first = sdk.create("sdktwice.com", key="once")
    assert sdk.create("sdktwice.com", key="once").id == first.id
    for key, code in (("another", "conflict"), ("once", "idempotency_conflict")):
        with pytest.raises(SendmuxApiError) as error:
            sdk.create("sdktwice.com" if code == "conflict" else "sdkother.com", key=key)
        assert refused(error) == (409, code, False)
    assert sdk.waits == [], "a 409 that says retryable: false is not repeated"


def test_the_sdk_tells_its_errors_apart(sdk: Sdk, program: Program) -> None:
    with pytest.raises(SendmuxApiError) as error:
        sdk.domains.management_verify_domain("mdom_nobody")
    assert refused(error) == (404, "not_found", False)
    with pytest.raises(SendmuxApiError) as error:
        sdk.create("co.uk")
    assert refused(error) == (422, "validation_error", False)
    with pytest.raises(SendmuxApiError) as error:
        Sdk(program, "nobody", "smx_root_nobody").create("sdkerrors.com")
    assert refused(error) == (401, "authentication_required", False)
    with pytest.raises(SendmuxApiError) as error:
        sdk.domains.management_list_domains(cursor="nothing")
    assert refused(error) == (400, "invalid_parameter", False)
    assert sdk.waits == []


def test_the_sdk_is_told_to_try_again_while_nobody_answers(sdk: Sdk, internet: Internet) -> None:
    internet.host("sdkdown.com", "", servers=("127.0.0.4",))
    domain = sdk.create("sdkdown.com")
    native = sdk.native.get(f"/domains/{domain.id[1:]}")
    internet.host("sdkdown.com", zone(native), servers=("127.0.0.4",))
    assert sdk.domains.management_verify_domain(domain.id).data.status == "verified"
    internet.server("127.0.0.4").stop()
    try:
        with pytest.raises(SendmuxApiError) as error:
            sdk.domains.management_verify_domain(domain.id)
        assert refused(error) == (503, "service_unavailable", True)
        assert sdk.domains.management_get_domain(domain.id).data.verification_status == "verified"
    finally:
        internet.server("127.0.0.4").start()
    assert record(native, "mx")["value"] == domain.dns_records.mx[0].target
