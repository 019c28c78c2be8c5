"""A walk through the SDK's calls about forms."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from hubspot.marketing import forms
from sdk.driver import Driver

NAME = "A form from the SDK"
_MOMENT = datetime.datetime(2026, 11, 1, 8, 0, tzinfo=datetime.UTC)


@dataclasses.dataclass
class Walk:
    """What each call brought, as the SDK's models."""

    made: Any
    read: Any
    changed: Any
    replaced: Any
    pages: tuple[Any, Any]
    archived: Any


def walk(sdk: Driver, client: Any) -> Walk:
    """A form made, read, changed, replaced, found in the list, and archived."""
    api = client.marketing.forms.forms_api
    made = sdk(api.create, _form())
    read = sdk(api.get_by_id, made.id)
    changed = sdk(
        api.update, made.id, forms.HubSpotFormDefinitionPatchRequest(name=f"{NAME}, renamed")
    )
    replaced = sdk(api.replace, made.id, forms.HubSpotFormDefinition(
        **{name: getattr(changed, name) for name in forms.HubSpotFormDefinition.openapi_types}
        | {"name": f"{NAME}, replaced"}))  # fmt: skip
    first = sdk(api.get_page, limit=1)
    second = sdk(api.get_page, limit=1, after=first.paging.next.after)
    sdk(api.archive, made.id)
    archived = sdk(api.get_by_id, made.id, archived=True)
    return Walk(made, read, changed, replaced, (first, second), archived)


def _form() -> Any:
    return forms.HubSpotFormDefinitionCreateRequest(
        form_type="hubspot", name=NAME, created_at=_MOMENT, updated_at=_MOMENT, archived=False,
        field_groups=[],
        configuration=forms.HubSpotFormConfiguration(
            language="en", create_new_contact_for_new_email=True, editable=True, archivable=True,
            cloneable=True, allow_link_to_reset_known_values=False, pre_populate_known_values=False,
            recaptcha_enabled=False, notify_contact_owner=False, notify_recipients=[],
            lifecycle_stages=[],
            post_submit_action=forms.FormPostSubmitAction(type="thank_you", value="Thanks"),
        ),
        display_options=forms.FormDisplayOptions(
            render_raw_html=False, theme="default_style", submit_button_text="Send",
            style=forms.FormStyle(
                background_width="100%", font_family="arial", help_text_color="#000000",
                help_text_size="11px", label_text_color="#000000", label_text_size="14px",
                legal_consent_text_color="#000000", legal_consent_text_size="14px",
                submit_alignment="left", submit_color="#000000", submit_font_color="#ffffff",
                submit_size="14px",
            ),
        ),
        legal_consent_options=forms.LegalConsentOptionsNone(type="none"),
    )  # fmt: skip
