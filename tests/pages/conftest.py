"""A real gateway over a real emulator, served to pages that AppTest runs in this process."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gateway import bootstrap
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.usecases.gateway import Gateway

PAGES = Path(__file__).resolve().parents[2] / "pages"
_TIMEOUT_S = 20


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    settings = load_settings(
        {
            "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
            "HUBSPOT_API_BASE": emulator.api_base,
            "HUBSPOT_FORMS_BASE": emulator.forms_base,
            "GATEWAY_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        },
        env_file=None,
    )
    with bootstrap.open_gateway(settings) as opened:
        opened.start_worker()
        bootstrap.serve(opened)
        yield opened
        bootstrap.serve(None)


@dataclasses.dataclass
class Screen:
    """What one browser tab shows, through the navigation script."""

    test: AppTest

    def go(self, page: str, **query: str) -> Screen:
        """Open a page by its file, with the address's parameters."""
        self.test.query_params.clear()
        for name, value in query.items():
            self.test.query_params[name] = value
        self.test.run()
        self.test.switch_page(page)
        return self.run()

    def run(self) -> Screen:
        self.test.run()
        assert not self.test.exception, self.test.exception
        return self

    def html(self) -> str:
        """All HTML the page drew itself."""
        return "\n".join(str(element.proto.body) for element in self.test.get("html"))

    def widget(self, label: str) -> Any:
        """The one widget with this label."""
        kinds = ("text_input", "text_area", "selectbox", "radio", "checkbox", "date_input")
        found = [w for kind in kinds for w in self.test.get(kind) if _plain(w.label) == label]
        assert len(found) == 1, (label, len(found))
        return found[0]

    def labels(self) -> set[str]:
        """The labels of everything that can be filled in."""
        kinds = ("text_input", "text_area", "selectbox", "radio", "checkbox", "date_input")
        return {_plain(w.label) for kind in kinds for w in self.test.get(kind)}

    def press(self, label: str) -> Screen:
        """Press the button with this label."""
        (button,) = [b for b in self.test.button if b.label == label]
        button.click()
        return self.run()

    def typed(self) -> str:
        """Everything the server holds for this tab, as text."""
        state = self.test.session_state
        return repr(state) + repr([draft.kept for draft in state["desk"].drafts.values()])


def _plain(label: str) -> str:
    return label.replace("\\", "")


@pytest.fixture
def screen(gateway: Gateway) -> Screen:
    return Screen(AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=_TIMEOUT_S))
