"""Where one submission is: `/receipt?code=<code>`."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import guard, look, receipt, session

user = guard.require(Permission.VIEW_RECEIPTS)
gateway = bootstrap.served()
code = session.asked_for("code")

look.heading("Receipt")
status = gateway.status(code, by=user)
receipt.show(
    status,
    lambda: gateway.status(code, by=user),
    gateway.thank_you(status, by=user),
    lambda: gateway.webhooks.confirmations(code, by=user),
)
