"""The official SDK's plain requests reach what its models are too old for."""

from __future__ import annotations

from sdk import plain


def test_properties_have_a_class(requested):
    """Made in either class, and shown by a list of that class only."""
    for sort, name in plain.NAMES.items():
        assert requested.made[sort]["dataSensitivity"] == sort
        assert {key for key, names in requested.listed.items() if name in names} == {sort}
    (row,) = requested.read["results"]
    assert row["name"] == plain.NAMES["sensitive"]


def test_a_form_is_submitted_and_read(sdk, requested):
    """The account's own number leads to the form; the list has the submission without what is
    sensitive of it."""
    assert requested.account["portalId"] == sdk.emulator.portal_id
    assert len({"inlineMessage", "redirectUri"} & requested.thanks.keys()) == 1
    shown = {row["name"]: row["value"] for row in requested.submissions[0]["values"]}
    assert shown["email"] == plain.GIVEN["email"]
    assert not {"diagnosis", "date_of_birth"} & shown.keys()


def test_a_token_is_introspected_and_revoked(sdk, requested):
    """It is active and of this account, and after its end it is neither."""
    assert requested.token["scopes"] == requested.introspected["scopes"]
    assert requested.introspected["active"] is True
    assert requested.introspected["hub_id"] == sdk.emulator.portal_id
    assert requested.after_the_end == {"active": False}
