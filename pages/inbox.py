"""What HubSpot reported: which property of which record changed, and when: `/inbox`."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import guard, inbox, look

user = guard.require(Permission.VIEW_INBOX)
gateway = bootstrap.served()

look.heading("Inbox", "What HubSpot reported: which property of which record changed, and when.")
inbox.show(gateway, user)
