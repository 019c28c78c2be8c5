"""The emulated HubSpot of a demo, to look into and to play with: `/emulator?part=<part>`."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import guard, look, session
from gateway.ui.emulator import page

user = guard.require(Permission.PLAY_WITH_EMULATOR)
gateway = bootstrap.served()

look.heading("Emulator", "A HubSpot account that is imitated inside this program.")
page.show(gateway, user, session.asked_for("part"))
