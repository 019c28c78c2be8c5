"""What an account has granted to our app by OAuth, and every reason an installation is refused.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping

CALLBACK = "/oauth/callback"
"""Where HubSpot leads a browser back to after somebody has installed the app, or has not."""


class Ended(enum.StrEnum):
    """Why a grant is over."""

    NEVER = "never"
    """There was none yet."""
    REVOKED = "revoked"
    """HubSpot does not renew its token: the app was uninstalled, or the grant taken back."""
    WITHDRAWN = "withdrawn"
    """A person ended it from here."""
    UNREADABLE = "unreadable"
    """Its tokens are here and do not open: the outbox or the key folder is not the one they
    were sealed with, or somebody altered them."""


ENDED_WORDS: Mapping[Ended, str] = {
    Ended.NEVER: "The app is not installed in HubSpot yet.",
    Ended.REVOKED: "The app was uninstalled in HubSpot, or its grant was taken back.",
    Ended.WITHDRAWN: "The installation was ended from here.",
    Ended.UNREADABLE: "The installation's tokens cannot be opened with the keys that are here.",
}
"""Each as a person reads it."""


@dataclasses.dataclass(frozen=True)
class Grant:
    """What is known of an installation, without its tokens. Times are ms since the epoch."""

    generation: int
    """Which installation it is, counted from 1."""
    portal_id: int
    scopes: tuple[str, ...]
    installed_ms: int
    issued_ms: int
    """When its access token was last renewed."""
    expires_ms: int
    """When that one ends, if nobody renews it."""
    ended: Ended | None


@dataclasses.dataclass(frozen=True)
class Connection:
    """How this gateway is connected to its account."""

    oauth: bool
    """Whether it gets its tokens by OAuth; else it has one fixed token."""
    redirect_url: str
    """What HubSpot is to know as the app's redirect URL."""
    grant: Grant | None = None
    """The installation, or the last one there was."""
    renews_ms: int | None = None
    """When the access token is to be renewed; None while there is none."""

    @property
    def installed(self) -> bool:
        """Whether there is an installation that counts."""
        return self.grant is not None and self.grant.ended is None

    @property
    def ended(self) -> Ended | None:
        """Why there is none; None while there is one."""
        return Ended.NEVER if self.grant is None else self.grant.ended


class InstallRefusal(enum.StrEnum):
    """Why nothing was installed."""

    NOT_OAUTH = "not_oauth"
    NO_ACCOUNT = "no_account"
    LINK = "link"
    DENIED = "denied"
    CODE = "code"
    REDIRECT = "redirect"
    ACCOUNT = "account"
    NOT_KEPT = "not_kept"
    NOTHING = "nothing"


INSTALL_REFUSALS: Mapping[InstallRefusal, str] = {
    InstallRefusal.NOT_OAUTH: "This gateway works with a fixed token. To install an app instead, "
    "take HUBSPOT_ACCESS_TOKEN away and set HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET.",
    InstallRefusal.NO_ACCOUNT: "Set HUBSPOT_PORTAL_ID first: whoever opens the link could "
    "otherwise install the app into another account, and the answers would go there.",
    InstallRefusal.LINK: "This is not the answer to an install link of ours, or the link was used "
    "before, or it is too old. Nothing was changed. Make a new link and open that.",
    InstallRefusal.DENIED: "HubSpot did not let the app in: somebody said no, or may not install "
    "apps. Nothing was changed. Ask a super admin of the account to open a new link.",
    InstallRefusal.CODE: "HubSpot does not take this code: it was used before, or is too old. "
    "Nothing was changed. Make a new link and open that.",
    InstallRefusal.REDIRECT: "HubSpot does not know our address as a redirect URL of the app. Add "
    "the one `python -m gateway oauth status` shows to the app, then open a new link.",
    InstallRefusal.ACCOUNT: "The app was installed into another HubSpot account than the one this "
    "gateway works for. Nothing was kept. Uninstall it there, and choose the account of "
    "HUBSPOT_PORTAL_ID.",
    InstallRefusal.NOT_KEPT: "HubSpot has let the app in, but its tokens could not be kept: the "
    "outbox cannot be written. See to that first, then make a new link and open that.",
    InstallRefusal.NOTHING: "There is no installation to end.",
}
"""Each as a sentence that says what to do."""
