"""How much of HubSpot the official SDK was taken through, and what it could not hold."""

from __future__ import annotations

from importlib.metadata import version

import pytest

LEAST = 60
WITHOUT_A_PLACE = {
    "AccessTokenInfoResponse.signed_access_token",
    "HubSpotFormConfiguration.embedType",
    "ModelProperty.dataSensitivity",
    "ObjectSchema.allowsSensitiveProperties",
    "ObjectTypeDefinition.allowsSensitiveProperties",
    "NumberFieldValidation.blockedEmailDomains",
    "NumberFieldValidation.useDefaultBlockList",
}
"""What the published specs have and this release of the SDK has not, as ``Model.key``: it is
older than the classes, and takes every form field for the last kind of its union."""


@pytest.fixture
def walked(sdk, recorded, defined, formed, granted, subscribed, requested):
    """The SDK after every walk."""
    return sdk


def test_at_least_sixty_calls_are_accepted(walked, record_property, request, capsys):
    """Each distinct method and path once; the count is in the report."""
    done = sorted(walked.operations())
    record_property("distinct_calls", len(done))
    line = (
        f"hubspot-api-client {version('hubspot-api-client')}: {len(done)} distinct calls accepted"
    )
    with capsys.disabled():
        request.config.get_terminal_writer().line(f"\n{line}")
    assert len(done) >= LEAST


def test_nothing_is_refused_but_on_purpose(walked):
    """As many answers of 400 and more as were asked for."""
    assert sum(entry.status >= 400 for entry in walked.seen()) == walked.refusals


def test_nothing_is_lost_but_what_the_sdk_is_too_old_for(walked):
    """The models hold every key that came, but for those the release does not know."""
    assert walked.lost == WITHOUT_A_PLACE


def test_it_is_the_official_sdk(walked):
    """The release the requirements name, and it says so in its own header."""
    basic = walked.client().crm.contacts.basic_api
    assert (
        basic.api_client.user_agent == f"hubspot-api-client-python; {version('hubspot-api-client')}"
    )
