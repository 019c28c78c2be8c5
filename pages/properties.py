"""The properties of HubSpot's objects, in three classes, and their definition: `/properties`."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import guard, look, properties

user = guard.require(Permission.VIEW_PROPERTIES)
gateway = bootstrap.served()

look.heading("Properties", "What HubSpot keeps of each record, and how private it is.")
properties.show(gateway, user)
