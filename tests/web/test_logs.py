"""What the log says of errors: the type and the line, and nothing that was typed."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from importlib import util
from pathlib import Path
from typing import Any

import requests

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "078-05-1120"
_FIRST = PROJECT / "tests" / "web" / "test_own_pages_first.py"


def _visit(address: str) -> str:
    spec = util.spec_from_file_location("first", _FIRST)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.first_visit(address, ""))


def _read_once_it_holds(log: Path, text: str) -> str:
    """The server answers before it logs."""
    deadline = time.monotonic() + 60
    while text not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    return log.read_text()


def test_no_way_to_log_an_error_shows_its_text() -> None:
    """Tracebacks, formatted errors, threads, tasks, destructors, the last hook: type and line
    come out of each, the text of none."""
    script = textwrap.dedent(
        f"""
        import asyncio, logging, sys, threading
        from gateway.web.logs import keep_values_out
        logging.basicConfig(level=logging.DEBUG)
        keep_values_out()
        def fail(): raise ValueError("{SECRET}")
        log = logging.getLogger("any")
        try:
            try: fail()
            except ValueError as inner: raise KeyError("{SECRET}") from inner
        except KeyError as error:
            log.exception("one")
            log.error("two %s", error)
            log.error("three", exc_info=error)
            log.error(error)
        thread = threading.Thread(target=fail); thread.start(); thread.join()
        class Loud:
            def __del__(self): fail()
        Loud()
        async def main():
            task = asyncio.create_task(asyncio.to_thread(fail))
            await asyncio.sleep(0.1)
            del task
        asyncio.run(main(), debug=True)
        fail()
        """
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True,
        timeout=30, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert SECRET not in ended.stderr
    assert "Traceback" not in ended.stderr
    for line in (
        "one [KeyError at <string>:",
        "two KeyError at",
        "three [KeyError",
        "ValueError at",
    ):
        assert line in ended.stderr


def test_neither_a_script_nor_a_route_leaks_through_a_running_app(
    start: Any, tmp_path: Path
) -> None:
    """An error of a page, a callback or a route, live: the page shows a sentence, the log the
    type and line, and neither the value."""
    (tmp_path / "page.py").write_text(f"typed = '{SECRET}'\nraise ValueError(typed)\n")
    (tmp_path / "app.py").write_text(
        textwrap.dedent(
            f"""
            import contextlib
            from pathlib import Path
            import streamlit as st
            from starlette.routing import Route
            from gateway.ui.errors import on_script_error
            from gateway.web import failures
            from gateway.web.logs import keep_values_out
            @contextlib.asynccontextmanager
            async def lifespan(app):
                keep_values_out()
                yield
            async def broken(request):
                raise RuntimeError("{SECRET}")
            app = st.App(Path(__file__).parent / "page.py", routes=[Route("/broken", broken)],
                         lifespan=lifespan, on_script_error=on_script_error,
                         exception_handlers={{500: failures.on_failure}})
            """
        )
    )
    environment = {"PYTHONPATH": str(PROJECT), "STREAMLIT_LOGGER_ENABLE_RICH": "false"}
    address = start(tmp_path / "app.py", **environment)
    drawn = _visit(address)
    answer = requests.get(address + "/broken", timeout=10)
    log = _read_once_it_holds(tmp_path / "run" / "log.txt", "RuntimeError at")
    assert "Something went wrong on our side" in drawn
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Something went wrong on our side." in answer.text
    assert "ValueError at" in log
    assert "RuntimeError at" in log
    assert SECRET not in drawn + answer.text + log
