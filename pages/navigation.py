"""The script of every run: it knows the pages, says who is asking, and runs the page."""

import streamlit as st

from gateway import bootstrap
from gateway.domain.users import LOCAL_OPERATOR, Permission
from gateway.ui import errors, guard, look

user = LOCAL_OPERATOR
watches = user.may(Permission.VIEW_OUTBOX)
deliveries = st.Page("deliveries.py", title="Deliveries · Sealed Intake", url_path="deliveries")
page = st.navigation(
    [
        st.Page("home.py", title="Forms · Sealed Intake", url_path="home", default=True),
        st.Page("intake.py", title="Intake · Sealed Intake", url_path="intake"),
        st.Page("receipt.py", title="Receipt · Sealed Intake", url_path="receipt"),
        *([deliveries] if watches else []),
    ],
    position="hidden",
)

with guard.admitted(user), errors.calm():
    look.frame(bootstrap.served().mode, watches=watches)
    page.run()
