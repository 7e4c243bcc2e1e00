"""The customer of a transcript: their zones on a real name server, and what they publish there.

They know nothing but what the answers told them.
"""

from tests.nameservers.internet import CUSTOMER, Internet
from tests.wire.asked import Asked, domains


class Customer:
    """Publishes at Internet's CUSTOMER what the answers that went by asked for."""

    def __init__(self, internet: Internet) -> None:
        self._internet = internet
        self._zones: dict[str, list[str]] = {}  # with the records in each that nobody asked for
        self._asked: dict[str, list[Asked]] = {}
        self._published: dict[str, list[Asked]] = {}
        self._newest = ""
        self._is_down = False

    def saw(self, body: object) -> None:
        """Note what a JSON answer asks for."""
        for name, records in domains(body):
            self._asked[name] = records
            self._newest = name

    def zone(self, name: str) -> None:
        """Have a zone with nothing in it."""
        self._zones[name] = []
        self._serve()

    def record(self, line: str) -> None:
        """Publish a record that nobody asked for, as a line of a zone file with its full name."""
        self._zones[self._zone_of(line.partition(" ")[0].rstrip("."))].append(line)
        self._serve()

    def publish_all(self, but: str = "", of: str = "") -> None:
        """Publish what is asked for of a domain, by default the newest, without some roles."""
        name = of or self._newest
        self._published[name] = [each for each in self._asked[name] if each.role not in but.split()]
        self._serve()

    def publish(self, roles: str) -> None:
        """Publish what is asked for in these roles, and nothing else."""
        self._published[self._newest] = self._in(roles)
        self._serve()

    def add(self, roles: str) -> None:
        """Publish what is asked for in these roles, too."""
        self._published[self._newest] = [*self._published.get(self._newest, []), *self._in(roles)]
        self._serve()

    def remove(self, roles: str) -> None:
        """Take back what stands in these roles."""
        gone = {each.role for each in self._in(roles)}
        self._published[self._newest] = [e for e in self._published[self._newest] if e.role not in gone]
        self._serve()

    def remove_all(self) -> None:
        """Take back everything that ever was published, also what nobody asked for."""
        self._published.clear()
        self._zones = {zone: [] for zone in self._zones}
        self._serve()

    def stop(self) -> None:
        """Stop the name server."""
        self._internet.server(CUSTOMER).stop()
        self._is_down = True

    def start(self) -> None:
        """Start the name server again, with all it had."""
        if self._is_down:
            self._internet.server(CUSTOMER).start()
        self._is_down = False

    def leave(self) -> None:
        """Take the zones out of the internet."""
        self.start()
        for zone in self._zones:
            self._internet.withdraw(zone)

    def _in(self, roles: str) -> list[Asked]:
        """What the newest domain asks for in these roles; each of them must be asked for."""
        asked = self._asked[self._newest]
        unknown = set(roles.split()) - {each.role for each in asked}
        assert not unknown, f"{self._newest} asks for no {', '.join(unknown)}"
        return [each for each in asked if each.role in roles.split()]

    def _zone_of(self, name: str) -> str:
        return max((zone for zone in self._zones if name == zone or name.endswith(f".{zone}")), key=len)

    def _serve(self) -> None:
        texts = {zone: list(lines) for zone, lines in self._zones.items()}
        for name, records in self._published.items():
            texts[self._zone_of(name)] += [each.line for each in records]
        for zone, lines in texts.items():
            self._internet.host(zone, "\n".join(lines))
