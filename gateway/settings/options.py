"""The Streamlit options this program is safe with.

A config file is easily passed by: another folder, a flag, a variable, a file in the home
folder. So the values in effect are asked for at start, and any other stops the start. Where no
Streamlit runs, as on the command line, the project's own file is looked at.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from gateway.domain.findings import Finding, finding

OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names under which a browser on this machine may call us."""

OPTION_FILE = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
"""The project's own."""

Accepts = Callable[[object], bool]
Option = Callable[[str], object]
"""The value in effect of a Streamlit option, by its name (``streamlit.config.get_option``)."""


def _only(value: object) -> Accepts:
    return lambda found: found == value and type(found) is type(value)


def _at_most(limit: int) -> Accepts:
    return lambda found: isinstance(found, int) and 0 < found <= limit


def _at_least(limit: int) -> Accepts:
    return lambda found: isinstance(found, int | float) and found >= limit


def _among(names: Collection[str]) -> Accepts:
    return lambda found: isinstance(found, str) and found in names


def _empty(found: object) -> bool:
    return not found


def _own_names(found: object) -> bool:
    return isinstance(found, list) and bool(found) and OWN_NAMES.issuperset(found)


SAFE_OPTIONS: Mapping[str, Accepts] = {
    # The pages answer this machine only, under its own names.
    "server.address": _among(OWN_NAMES),
    "server.allowedHosts": _own_names,
    "server.baseUrlPath": _empty,
    "server.trustedUserHeaders": _empty,
    # Requests from other sites are refused.
    "server.enableCORS": _only(True),
    "server.corsAllowedOrigins": _empty,
    "server.enableXsrfProtection": _only(True),
    # Doors nobody needs stay shut.
    "server.enableAgentApi": _only(False),
    "server.enableStaticServing": _only(False),
    "server.scriptHealthCheckEnabled": _only(False),
    "server.maxUploadSize": _at_most(1),
    "server.maxMessageSize": _at_most(20),
    "global.developmentMode": _only(False),
    # What was typed does not outlive its tab, and is not shown or written anywhere.
    "server.disconnectedSessionTTL": _at_most(30),
    # A browser keeps no message to be shown again: a long value that was revealed is one.
    "global.minCachedMessageSize": _at_least(1_000_000_000),
    "client.showErrorDetails": _only("none"),
    "client.showErrorLinks": _only(False),
    "client.disableDataExport": _only(True),
    "runner.magicEnabled": _only(False),
    "logger.enableRich": _only(False),
    "logger.level": _among({"warning", "error"}),
    # Nothing is reported to anybody.
    "browser.gatherUsageStats": _only(False),
    # No developer's tools on a working page, and no code is reloaded under it.
    "client.toolbarMode": _only("minimal"),
    "server.fileWatcherType": _only("none"),
    "server.runOnSave": _only(False),
    # The program collects on its own clock.
    "runner.postScriptGC": _only(False),
}
"""Option → whether a value of it is safe here."""


SAFE_BY_DEFAULT = frozenset(
    {
        "server.baseUrlPath", "server.trustedUserHeaders", "server.corsAllowedOrigins",
        "server.enableCORS", "server.enableXsrfProtection", "server.enableAgentApi",
        "server.enableStaticServing", "server.scriptHealthCheckEnabled", "server.runOnSave",
        "global.developmentMode",
    }
)  # fmt: skip
"""Options that Streamlit itself sets to a safe value where a file does not name them."""


def file_findings(path: Path) -> tuple[Finding, ...]:
    """What is wrong with the option file at ``path``: that it cannot be read, or a
    ``streamlit_option`` finding for every option it leaves at, or sets to, an unsafe value."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return (finding("streamlit_file", file=f"{path.parent.name}/{path.name}"),)
    found: list[Finding] = []
    for name, accepts in SAFE_OPTIONS.items():
        section, _, key = name.partition(".")
        options = written.get(section)
        named = isinstance(options, dict) and key in options
        if not (accepts(written[section][key]) if named else name in SAFE_BY_DEFAULT):
            found.append(finding("streamlit_option", option=name))
    return tuple(found)


def unsafe_options(option: Option) -> tuple[Finding, ...]:
    """A ``streamlit_option`` finding for every option whose value in effect is not safe."""
    return tuple(
        finding("streamlit_option", option=name)
        for name, accepts in SAFE_OPTIONS.items()
        if not accepts(option(name))
    )
