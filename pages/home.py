"""The forms, what is on its way, and a look-up for receipts."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import guard, home, look

user = guard.require(Permission.VIEW_FORMS)
gateway = bootstrap.served()

look.heading("Forms", "Choose a form. What you send is sealed here and delivered to HubSpot.")
alarms = gateway.overview(by=user).alarms if user.may(Permission.VIEW_OUTBOX) else ()
latest = gateway.latest(by=user)
waiting = home.Waiting(gateway.waiting(by=user), gateway.resting(), latest, alarms)
home.show(gateway.forms(by=user), waiting, approves=user.may(Permission.APPROVE_FORMS))
