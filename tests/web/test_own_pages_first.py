"""The hole this layout closes: an inner page asked for before anybody else has visited.

With a ``pages`` folder beside the script, Streamlit runs such a page by itself, past every
check of the script. It shows only over a live socket, on a fresh process, before the first
ordinary visit.
"""

from __future__ import annotations

import shutil
import textwrap
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

PROJECT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 60


def first_visit(app: str, page_name: str, query: str = "") -> str:
    """Ask for ``page_name`` as a browser does, and give everything the server drew, as text."""
    asked = BackMsg()
    asked.rerun_script.page_name = page_name
    asked.rerun_script.query_string = query
    host = urlsplit(app).netloc
    with connect(
        f"ws://{host}/_stcore/stream", origin=f"http://{host}", subprotocols=["streamlit"],  # type: ignore[arg-type,list-item]  # plain texts do
        max_size=None, compression=None,
    ) as socket:  # fmt: skip
        socket.send(asked.SerializeToString())
        return "\n".join(_drawn(socket))


def _drawn(socket: Any) -> list[str]:
    drawn = []
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        message = ForwardMsg.FromString(socket.recv(timeout=_PATIENCE_S))
        if message.WhichOneof("type") == "delta":
            drawn.append(str(message.delta))
        if message.WhichOneof("type") == "script_finished":
            return drawn
    raise AssertionError("the script did not finish")


@pytest.mark.parametrize(
    "page", ["intake", "receipt", "deliveries", "approve", "home", "navigation"]
)
def test_an_inner_page_asked_for_first_runs_inside_the_frame(start: Any, page: str) -> None:
    """On a fresh process, before any other visitor, every page comes through the navigation
    script: its frame is drawn, and never a page without it."""
    drawn = first_visit(start(PROJECT / "app.py", "/readyz"), page)
    assert "This machine only" in drawn


def test_the_probe_sees_the_hole_where_there_is_one(start: Any, tmp_path: Path) -> None:
    """The control: in the layout Streamlit's tutorials show, the very same question runs the
    inner page and skips the script that would have stopped it."""
    project = tmp_path / "control"
    (project / "pages").mkdir(parents=True)
    (project / "main.py").write_text(
        textwrap.dedent(
            """
            import streamlit as st
            st.write("the gate")
            st.stop()
            st.navigation(["pages/inner.py"]).run()
            """
        )
    )
    (project / "pages" / "inner.py").write_text("import streamlit as st\nst.write('inner')\n")
    drawn = first_visit(start(project / "main.py"), "inner")
    assert "inner" in drawn
    assert "the gate" not in drawn


def test_our_pages_show_nothing_even_in_that_layout(start: Any, tmp_path: Path) -> None:
    """Were the layout ever changed back, each page would still refuse to run by itself."""
    project = tmp_path / "careless"
    shutil.copytree(PROJECT / "pages", project / "pages")
    (project / "pages" / "inner.py").write_text("import streamlit as st\nst.write('inner')\n")
    (project / "main.py").write_text("import streamlit as st\nst.stop()\n")
    address = start(project / "main.py", PYTHONPATH=str(PROJECT))
    assert "inner" in first_visit(address, "inner")
    for page in ("intake", "receipt", "deliveries", "approve"):
        assert first_visit(address, page) == ""
