"""The site: this deployment's own names, which end up in the records that customers publish."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """The names of one deployment. Every hostname in A-label form, without a final dot.

    name             the deployment itself; the other names default to names below it.
    mx_host          where customers' MX records point.
    spf_include      the name whose SPF record lists our sending addresses.
    platform_domain  the shared domain on which every team may have addresses without verifying.
    dkim_zone        the zone that holds the keys behind customers' DKIM CNAMEs.
    mail_from        where the MX of a customer's return-path subdomain points.
    proof_label      ownership is proven at `_<proof_label>.<domain>` with `<proof_label>-verify=<token>`.
    region           stands for `{region}` in mx_host, mail_from and the profiles' templates.
    regions          further regions that a domain may choose when it is registered.
    dmarc_policy     the policy that we recommend: none, quarantine or reject.
    dmarc_rua        the address to which receivers send aggregate reports.
    """

    name: str
    mx_host: str
    spf_include: str
    platform_domain: str
    dkim_zone: str
    mail_from: str
    proof_label: str = "letterhead"
    region: str = "default"
    regions: tuple[str, ...] = ()
    dmarc_policy: str = "none"
    dmarc_rua: str = ""
    platform_addresses_per_team: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        """Every hostname of ours; nobody else may register these or anything below them."""
        regional = (self.in_region(name, r) for name in (self.mx_host, self.mail_from) for r in self.choices)
        return (self.name, self.spf_include, self.platform_domain, self.dkim_zone, *dict.fromkeys(regional))

    @property
    def choices(self) -> tuple[str, ...]:
        """Every region that a domain may be in, the site's own first."""
        return tuple(dict.fromkeys((self.region, *self.regions)))

    def in_region(self, name: str, region: str) -> str:
        """A name of ours as it is in a region; "" is the site's own."""
        return name.replace("{region}", region or self.region)
