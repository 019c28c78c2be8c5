"""One form's fields, to look at and to approve: `/approve?form=<id>`."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import approval, guard, look, session

user = guard.require(Permission.APPROVE_FORMS)
gateway = bootstrap.served()

look.heading("Check and approve", "A form stays open only while it is what somebody approved.")
approval.show(gateway, user, session.asked_for("form"))
