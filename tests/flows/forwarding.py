"""Scripts for the liar that pass questions on to a real server: for what stands between us and the truth."""

from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.nameservers.liar import Liar, Reply, Script, Transport

NEGATIVE_TTL = 120
"""Seconds for which the cache says that it remembers an absence."""


def passed_on(address: str, port: int) -> Script:
    """Answer as the server at this address does."""

    def script(query: dns.message.Message, _: Transport) -> dns.message.Message:
        return dns.query.udp(query, address, port=port, timeout=5)

    return script


@dataclass
class Cache:
    """A recursive resolver in front of one customer's server.

    While `blind`, it says that nothing exists and that it will say so for NEGATIVE_TTL seconds. While it
    `remembers`, it repeats what it once said, whatever the server says now.
    """

    server: str
    liar: Liar
    blind: bool = False

    def __post_init__(self) -> None:
        self.remembers = False
        self._kept: dict[tuple[str, str], dns.message.Message] = {}
        self.liar.script(self._answer)

    @property
    def url(self) -> str:
        """Where it is, as the configuration has it."""
        return f"udp://{self.liar.address}:{self.liar.port}"

    def _answer(self, query: dns.message.Message, _: Transport) -> Reply:
        (question,) = query.question
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if self.blind:
            response.set_rcode(dns.rcode.NXDOMAIN)
            response.authority = [start_of_authority(question.name)]
            return response
        said = self._said(question)
        response.set_rcode(said.rcode())
        response.answer, response.authority = said.answer, said.authority
        return response

    def _said(self, question: dns.rrset.RRset) -> dns.message.Message:
        key = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        if not (self.remembers and key in self._kept):
            asked = dns.message.make_query(question.name, question.rdtype)
            self._kept[key] = dns.query.udp(asked, self.server, port=self.liar.port, timeout=5)
        return self._kept[key]


def start_of_authority(name: dns.name.Name) -> dns.rrset.RRset:
    """The SOA of the registrable domain above a name, as a negative answer brings it."""
    apex = name.split(3)[1]
    soa = f"ns1.{apex} hostmaster.{apex} 1 3600 600 86400 {NEGATIVE_TTL}"
    return dns.rrset.from_text(apex, NEGATIVE_TTL, "IN", "SOA", soa)
