"""One form to fill in: `/intake?form=<id>`."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import form, guard, sending, session

user = guard.require(Permission.SUBMIT)
gateway = bootstrap.served()

asked = gateway.intake(session.asked_for("form"), by=user)
draft = session.draft(asked.definition.id)
answers = form.draw(asked, draft)
sending.when_pressed(gateway, draft, answers, user)
