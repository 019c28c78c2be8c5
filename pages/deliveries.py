"""Every delivery at a glance, and the decisions that only a person makes: `/deliveries`."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import deliveries, guard, look, session

user = guard.require(Permission.VIEW_OUTBOX)
gateway = bootstrap.served()

look.heading("Deliveries", "Where every submission is, and what waits for a person.")
deliveries.show(gateway, user, session.asked_for("code"))
