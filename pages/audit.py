"""What was done here, by whom, when and why: `/audit`."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import audit, guard, look, session

user = guard.require(Permission.VIEW_AUDIT)
gateway = bootstrap.served()

look.heading("Audit", "Who did what, when, to what and why. No value ever stands here.")
audit.show(gateway, user, session.asked_for("about"))
