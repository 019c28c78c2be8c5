"""One emulator for the folder, and each walk through the SDK done once: tests look at what it
brought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sdk import apps, definitions, forms, plain, records
from sdk.driver import Driver

from gateway.emulator import Emulator


@pytest.fixture(scope="session")
def sdk() -> Iterator[Driver]:
    """The SDK beside its emulator, without the limits that would only make it wait."""
    with Emulator() as emulator, pytest.MonkeyPatch.context() as around:
        around.setenv("NO_PROXY", "127.0.0.1")
        emulator.portal.amend_switches(
            rate_limit=0, oauth_rate_limit=0, search_limit=0, webhook_foreign_targets=True
        )
        yield Driver(emulator)


@pytest.fixture(scope="session")
def token(sdk: Driver) -> str:
    """A private app's token with every scope there is."""
    with sdk.portal.lock:
        return sdk.portal.issue_token(sorted(sdk.portal.grantable_scopes))


@pytest.fixture(scope="session")
def client(sdk: Driver, token: str) -> Any:
    """The SDK with that token."""
    return sdk.client(access_token=token)


@pytest.fixture(scope="session")
def recorded(sdk: Driver, client: Any) -> Mapping[str, records.Walk]:
    """Records of every kind: made, read, changed, found, archived."""
    return {kind.plural: records.walk(sdk, client, kind) for kind in records.KINDS}


@pytest.fixture(scope="session")
def defined(sdk: Driver, client: Any) -> definitions.Walk:
    """Properties, groups and object types."""
    return definitions.walk(sdk, client)


@pytest.fixture(scope="session")
def formed(sdk: Driver, token: str) -> forms.Walk:
    """Forms, as the SDK comes: its own check knows only the last member of each union (a form's
    fields would all be payment links), and would refuse whatever HubSpot answered."""
    return forms.walk(sdk, sdk.client(access_token=token, strict=False))


@pytest.fixture(scope="session")
def granted(sdk: Driver) -> apps.Grants:
    """An app's tokens."""
    return apps.grants(sdk)


@pytest.fixture(scope="session")
def subscribed(sdk: Driver) -> apps.Subscriptions:
    """An app's webhooks."""
    return apps.subscriptions(sdk)


@pytest.fixture(scope="session")
def requested(sdk: Driver, token: str) -> plain.Walk:
    """What the SDK's models cannot say."""
    return plain.walk(sdk, token)
