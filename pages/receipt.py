"""Where one submission is: `/receipt?code=<code>`."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import guard, look, receipt, session

user = guard.require(Permission.VIEW_RECEIPTS)
gateway = bootstrap.served()
code = session.asked_for("code")

look.heading("Receipt")
receipt.show(gateway.status(code, by=user), lambda: gateway.status(code, by=user))
