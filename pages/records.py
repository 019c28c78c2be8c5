"""Records of the account: found, looked at, corrected and cleared: `/records`. Its address may
name an object type, a record's id and a property, and never a value."""

from gateway import bootstrap
from gateway.domain.users import Permission
from gateway.ui import guard, look, records, session

user = guard.require(Permission.VIEW_RECORDS)
gateway = bootstrap.served()

look.heading("Records", "Find a person's record, and correct or clear what it holds.")
asked = (session.asked_for("object"), session.asked_for("id"), session.asked_for("property"))
records.show(gateway, user, asked)
