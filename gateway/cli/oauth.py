"""The commands below ``oauth``: the app's installation in the account."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable
from typing import Any

from gateway.cli.asking import agreed
from gateway.cli.opening import opened
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.cli.views import timestamp
from gateway.domain.features import FEATURES, Feature
from gateway.domain.grants import ENDED_WORDS, Connection, Ended
from gateway.domain.users import LOCAL_OPERATOR
from gateway.usecases.oauth import LARGEST
from gateway.usecases.scope_plan import BY_DEFAULT

REVOKING = (
    "End the installation at HubSpot? Nothing is sent until the app is installed again; what is "
    "queued waits."
)
FIXED = "This gateway works with a fixed token, so there is nothing to install or to renew."


def install_url(arguments: argparse.Namespace, out: Out) -> int:
    """A new install link."""
    features = tuple(map(Feature, arguments.feature)) or BY_DEFAULT
    with opened(out) as gateway:
        link = gateway.oauth.install_link(
            by=LOCAL_OPERATOR, features=features, optional=tuple(map(Feature, arguments.optional))
        )
    document = {
        "url": link.url,
        "portal_id": link.portal_id,
        "scopes": list(link.scopes),
        "optional": list(link.optional),
        "good_for_s": link.life_s,
    }
    lines = [
        link.url,
        "",
        f"A super admin of the account {link.portal_id} opens it within {link.life_s // 60} "
        "minutes. It works once; whoever has it can answer it.",
        "It asks for: " + ", ".join(link.scopes),
    ]
    if link.optional:
        lines.append("And, where the account and the app have it: " + ", ".join(link.optional))
    lines.append(
        "Where the browser cannot come back to this machine, copy the address it ends at into "
        "`python -m gateway oauth exchange`."
    )
    out.answer(document, "\n".join(lines))
    return 0


def exchange(arguments: argparse.Namespace, out: Out) -> int:
    """Installs with the code, or the whole address, from standard input."""
    if sys.stdin.isatty():
        out.message("Paste the address the browser ended at, or the code in it, then Enter:")
    try:
        text = sys.stdin.readline(LARGEST)
    except UnicodeDecodeError:
        raise UsageError("Standard input is not UTF-8 text.") from None
    if not text.strip():
        raise UsageError("Nothing came on standard input: give the code, or the whole address.")
    with opened(out) as gateway:
        connection = gateway.oauth.exchange(text, by=LOCAL_OPERATOR)
    out.answer(_document(connection), f"The app is installed. {_installed_line(connection)}")
    return 0


def status(arguments: argparse.Namespace, out: Out) -> int:
    """What there is, and whether it counts."""
    with opened(out) as gateway:
        connection = gateway.oauth.status(by=LOCAL_OPERATOR)
    out.answer(_document(connection), "\n".join(_lines(connection)))
    return 0 if connection.installed or not connection.oauth else 1


def revoke(arguments: argparse.Namespace, out: Out) -> int:
    """Ends the installation, if that was really meant."""
    with opened(out) as gateway:
        if not agreed(arguments, out, [REVOKING]):
            out.answer(_document(gateway.oauth.status(by=LOCAL_OPERATOR)), "Nothing was ended.")
            return 1
        connection = gateway.oauth.revoke(by=LOCAL_OPERATOR)
    out.answer(
        _document(connection),
        "The installation is ended, and its tokens are forgotten. What is queued waits.",
    )
    return 0


def _document(connection: Connection) -> dict[str, Any]:
    grant = connection.grant
    return {
        "oauth": connection.oauth,
        "installed": connection.installed,
        "ended": str(connection.ended) if connection.oauth and connection.ended else None,
        "portal_id": grant.portal_id if grant is not None else None,
        "scopes": list(grant.scopes) if grant is not None else [],
        "installed_at": timestamp(grant.installed_ms) if grant is not None else None,
        "renewed_at": timestamp(grant.issued_ms) if grant is not None else None,
        "renews_at": timestamp(connection.renews_ms) if connection.renews_ms is not None else None,
        "redirect_url": connection.redirect_url or None,
    }


def _lines(connection: Connection) -> list[str]:
    if not connection.oauth:
        return [FIXED]
    lines = []
    if connection.installed:
        lines.append(f"The app is installed. {_installed_line(connection)}")
    else:
        lines.append(ENDED_WORDS[connection.ended or Ended.NEVER])
        lines.append("Make a link with `python -m gateway oauth install-url` and open it.")
    if connection.grant is not None:
        lines.append(f"Scopes: {', '.join(connection.grant.scopes) or 'HubSpot did not say'}")
    lines.append(f"The app's redirect URL in HubSpot has to be {connection.redirect_url}")
    return lines


def _installed_line(connection: Connection) -> str:
    if connection.grant is None or connection.renews_ms is None:
        return ""
    since = timestamp(connection.grant.installed_ms)
    renews = timestamp(connection.renews_ms)
    return f"Account {connection.grant.portal_id}, since {since}; its token renews at {renews}."


def _link_arguments(command: argparse.ArgumentParser) -> None:
    told = "; ".join(f"{feature}: {row.label.lower()}" for feature, row in FEATURES.items())
    for option, words in (
        (
            "--feature",
            f"what the token is for, once for each (default {', '.join(BY_DEFAULT)}): {told}",
        ),
        (
            "--optional",
            "what else it is for where the account and the app have the scopes, as for --feature",
        ),
    ):
        command.add_argument(
            option, action="append", default=[], choices=[str(one) for one in Feature],
            metavar="NAME", help=words,
        )  # fmt: skip


def _nothing(command: argparse.ArgumentParser) -> None:
    pass


def _revoke_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--yes", action="store_true", help="it is really meant")


@dataclasses.dataclass(frozen=True)
class Row:
    """One command."""

    name: str
    run: Callable[[argparse.Namespace, Out], int]
    text: str
    example: str = ""
    arguments: Callable[[argparse.ArgumentParser], None] = _nothing


COMMANDS = (
    Row("status", status, "is the app installed, where, and when is its token renewed?"),
    Row(
        "install-url", install_url, "make a link with which a super admin installs the app",
        "--feature submit --optional reveal", _link_arguments,
    ),
    Row(
        "exchange", exchange,
        "install with the code HubSpot gave, from standard input, where no browser can come back",
        "< address.txt",
    ),
    Row("revoke", revoke, "end the installation", "--yes", _revoke_arguments),
)  # fmt: skip
"""In the order they are shown."""
