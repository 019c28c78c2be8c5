"""The script of every run: it knows the pages, says who is asking, and runs the page."""

import streamlit as st

from gateway import bootstrap
from gateway.domain.users import LOCAL_OPERATOR, Permission
from gateway.ui import errors, guard, look, session
from gateway.ui.places import places_of

user = LOCAL_OPERATOR
gateway = bootstrap.served()
places = places_of(user, gateway.mode)
approves = user.may(Permission.APPROVE_FORMS)
approve = st.Page("approve.py", title="Check and approve · Sealed Intake", url_path="approve")
page = st.navigation(
    [
        st.Page("home.py", title="Forms · Sealed Intake", url_path="home", default=True),
        st.Page("intake.py", title="Intake · Sealed Intake", url_path="intake"),
        st.Page("receipt.py", title="Receipt · Sealed Intake", url_path="receipt"),
        *(
            st.Page(place.file, title=f"{place.word} · Sealed Intake", url_path=place.path)
            for place in places
        ),
        *([approve] if approves else []),
    ],
    position="hidden",
)

with guard.admitted(user), errors.calm():
    look.frame(gateway.mode, places, session.token())
    session.arrive(page.url_path)
    page.run()
