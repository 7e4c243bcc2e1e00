"""All that Letterhead needs of the world.

Services know these protocols and nothing behind them; each directory of adapters (resolver, provider,
store, outgoing, smarthost) fills the one it is named after, and app.py chooses which.

world    time, the DNS, the provider, the way out
store    what is kept
leases   when domains are examined, and who has taken them
lookout  what is kept to notice changes by
bells    what wakes whoever waits for a change
outbox   what is kept to tell people and programs
"""

from letterhead.ports.bells import (
    DELIVERY,
    DUE,
    HAPPENED,
    Bell,
    Bells,
    tail_of,
)
from letterhead.ports.leases import (
    Leases,
    Taken,
    Unreadable,
)
from letterhead.ports.lookout import (
    Glance,
    Lookout,
    Snapshot,
    Snapshots,
    Stretch,
)
from letterhead.ports.outbox import (
    Deliveries,
    Events,
    OwnerNotices,
    Queue,
    Tail,
    Webhooks,
)
from letterhead.ports.store import (
    AddressTaken,
    AlreadyMember,
    AlreadyRegistered,
    Backlog,
    Change,
    Clocks,
    Declined,
    Domains,
    HeldElsewhere,
    Keys,
    LastOwner,
    Members,
    NoRoom,
    OutcomeUnknown,
    PlatformAddresses,
    Reading,
    Reports,
    Requests,
    Room,
    Stale,
    Store,
    StoreError,
    Teams,
)
from letterhead.ports.world import (
    Clock,
    Outgoing,
    Provider,
    Resolver,
    Seal,
    SealBroken,
    Smarthost,
    Undelivered,
)

__all__ = [
    "DELIVERY",
    "DUE",
    "HAPPENED",
    "AddressTaken",
    "AlreadyMember",
    "AlreadyRegistered",
    "Backlog",
    "Bell",
    "Bells",
    "Change",
    "Clock",
    "Clocks",
    "Declined",
    "Deliveries",
    "Domains",
    "Events",
    "Glance",
    "HeldElsewhere",
    "Keys",
    "LastOwner",
    "Leases",
    "Lookout",
    "Members",
    "NoRoom",
    "OutcomeUnknown",
    "Outgoing",
    "OwnerNotices",
    "PlatformAddresses",
    "Provider",
    "Queue",
    "Reading",
    "Reports",
    "Requests",
    "Resolver",
    "Room",
    "Seal",
    "SealBroken",
    "Smarthost",
    "Snapshot",
    "Snapshots",
    "Stale",
    "Store",
    "StoreError",
    "Stretch",
    "Tail",
    "Taken",
    "Teams",
    "Undelivered",
    "Unreadable",
    "Webhooks",
    "tail_of",
]
