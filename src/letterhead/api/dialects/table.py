"""Every interface that we speak, in one table."""

from typing import Final

from letterhead.api.dialect import Dialects
from letterhead.api.dialects.agentmail_pro import AGENTMAIL_PRO
from letterhead.api.dialects.anyreach import ANYREACH
from letterhead.api.dialects.inboxlayer import INBOXLAYER
from letterhead.api.dialects.mails import MAILS
from letterhead.api.dialects.sendmux import SENDMUX
from letterhead.api.native.dialect import NATIVE

DIALECTS: Final = Dialects((MAILS, AGENTMAIL_PRO, SENDMUX, INBOXLAYER, ANYREACH, NATIVE))
