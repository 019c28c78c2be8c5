"""What is wrong with the set-up, form by form and scope by scope: `/setup?form=<id>`."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import guard, look, session, setup

user = guard.require(Permission.CHECK_FORMS)
gateway = bootstrap.served()

look.heading("Set-up", "What was looked at, what is wrong, and what to do about it.")
setup.show(gateway, user, session.asked_for("form"))
