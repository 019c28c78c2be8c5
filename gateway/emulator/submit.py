"""Both submission endpoints: the secure one, and its public twin that takes nothing sensitive.

Sources: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy/submit-data-authenticated
and .../submit-data-unauthenticated
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.domain.objects import object_type
from gateway.domain.scopes import Access, forms_need, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.faults import REDIRECT_TARGET
from gateway.emulator.portal import Portal, now_ms
from gateway.emulator.received import Submission, SubmittedValue
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.rules.consent import consent_flaws, named_subscriptions
from gateway.emulator.rules.context import context_flaws
from gateway.emulator.rules.fields import form_fields, missing_fields, standing
from gateway.emulator.rules.messages import Flaw, as_entries
from gateway.emulator.rules.payload import Malformed, Payload, SentField, read_payload
from gateway.emulator.rules.validations import rule_error
from gateway.emulator.rules.values import as_date
from gateway.emulator.tokens import TokenKind, in_v2_spelling

Classes = Sequence[Sensitivity | None]
"""One entry per submitted field; None where nothing is sensitive."""

MAX_FIELDS = 1000
PUBLIC_HEADERS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "604800",
}
"""What lets a browser call the public endpoint. The secure one never has them."""
_RESERVED_DOMAINS = ("@example.com", "@test.com")


def secure_submit(call: Call) -> Answer:
    """Take a submission with a token. 200 means taken in; the record follows."""
    switches = call.portal.switches
    if switches.submit_redirects:
        return Answer(307, headers={"Location": REDIRECT_TARGET})
    if switches.user_agent_demanded and not call.headers.get("user-agent"):
        raise Stop(responses.error(403, "Forbidden", "BANNED"))
    if call.token().kind is TokenKind.SERVICE_KEY and not switches.service_keys_submit:
        raise Stop(responses.not_authenticated())
    call.require(forms_need())
    form = _form(call)
    payload = _payload(call)
    classes = _classes(call.portal, payload)
    if switches.submit_checks_sensitive_write:
        _require_write_scopes(call, payload, classes)
    return _take_in(call, form, payload, classes, open_door=False)


def public_submit(call: Call) -> Answer:
    """Take a submission from anybody, unless one field is sensitive."""
    form = _form(call)
    payload = _payload(call)
    classes = _classes(call.portal, payload)
    if any(classes):
        raise Stop(
            responses.error(
                403,
                "This endpoint does not take Sensitive Data (assumed text)",
                "EMULATED_SENSITIVE_DATA_FORBIDDEN",
            )
        )
    return _take_in(call, form, payload, classes, open_door=True)


def public_preflight(_: Call) -> Answer:
    """What a browser asks before it posts to the public endpoint."""
    return Answer(200)


def _form(call: Call) -> dict[str, Any]:
    portal = call.portal
    form = portal.forms.get(call.params["form_id"].lower())
    if form is None or call.params["portal_id"] != str(portal.id):
        empty = portal.switches.submit_404_is_empty
        raise Stop(Answer(404) if empty else responses.not_found())
    if form["archived"]:
        gone = portal.switches.archived_form_status == 400
        raise Stop(_plain_400("The form is archived") if gone else responses.not_found())
    return form


def _payload(call: Call) -> Payload:
    content = call.json_object()
    demanded = call.portal.switches.object_type_demanded
    try:
        return read_payload(content, now_ms(), object_type_demanded=demanded)
    except Malformed as malformed:
        raise Stop(_plain_400(str(malformed))) from None


def _classes(portal: Portal, payload: Payload) -> Classes:
    """The class of the property behind each field, None for ordinary and unknown ones."""
    found = (portal.sensitivity(sent.object_type_id, sent.name) for sent in payload.fields)
    return [None if word is Sensitivity.NON_SENSITIVE else word for word in found]


def _require_write_scopes(call: Call, payload: Payload, classes: Classes) -> None:
    held = call.token().scopes
    types = (sent.object_type_id for sent in payload.fields)
    for object_type_id, sensitivity in dict.fromkeys(zip(types, classes, strict=True)):
        kind = object_type(object_type_id)
        if kind is None or sensitivity is None:
            continue
        need = sensitive_need(kind, sensitivity, Access.WRITE)
        if need is not None and need.met_by(held):
            continue
        if not call.portal.switches.forbidden_submit_names_scopes:
            raise Stop(responses.forbidden())
        raise Stop(responses.missing_scopes(in_v2_spelling(need.spellings) if need else []))


def _take_in(
    call: Call, form: dict[str, Any], payload: Payload, classes: Classes, *, open_door: bool
) -> Answer:
    """Refuse with every fault at once, or store and answer as the form says."""
    portal = call.portal
    if form["configuration"]["recaptchaEnabled"]:
        return _refused(portal, [Flaw("FORM_HAS_RECAPTCHA_ENABLED")])
    if len(payload.fields) > MAX_FIELDS:
        return _refused(portal, [Flaw("MAX_NUMBER_OF_SUBMITTED_VALUES_EXCEEDED")])
    listed = form_fields(form)
    standings = [
        standing(
            sent,
            listed.get((sent.object_type_id, sent.name)),
            portal.property(sent.object_type_id, sent.name),
            portal.switches,
            open_door=open_door,
        )
        for sent in payload.fields
    ]
    values = {(sent.object_type_id, sent.name): sent.value for sent in payload.fields}
    consent_asked = form["legalConsentOptions"]["type"] == "explicit_consent_to_process"
    flaws = [
        *(s.flaw for s in standings if s.flaw is not None),
        *(_broken_rules(portal, payload) if portal.switches.submit_checks_validations else ()),
        *missing_fields(form, values, hidden_too=portal.switches.hidden_dependents_required),
        *context_flaws(payload.context),
        *consent_flaws(
            payload.legal,
            demanded=consent_asked and portal.switches.consent_enforced,
            other_basis=portal.switches.other_legal_basis,
        ),
    ]
    if flaws:
        return _refused(portal, flaws)
    if unknown := named_subscriptions(payload.legal) - portal.subscription_types():
        return _plain_400(f"Invalid subscription type {min(unknown)}")
    _store(call, form, payload, classes, [s.written for s in standings])
    return _thanks(form)


def _broken_rules(portal: Portal, payload: Payload) -> Iterator[Flaw]:
    for sent in payload.fields:
        rules = portal.validations.get(sent.object_type_id, {}).get(sent.name, {})
        error_type = rule_error(sent.value, rules.values()) if sent.value else None
        if error_type is not None:
            yield Flaw(error_type, f"fields.{sent.key}", sent.value)


def _store(
    call: Call,
    form: dict[str, Any],
    payload: Payload,
    classes: Classes,
    written: Sequence[bool],
) -> None:
    portal = call.portal
    email = next((f.value for f in payload.fields if f.key == "email"), "")
    if portal.switches.reserved_domains_vanish and email.lower().endswith(_RESERVED_DOMAINS):
        return
    arrived = call.at_ms
    portal.received.add(
        Submission(
            conversion_id=str(uuid.uuid4()),
            form_id=form["id"],
            submitted_at=arrived if payload.submitted_at is None else payload.submitted_at,
            values=tuple(
                SubmittedValue(f.object_type_id, f.name, f.value, word is None)
                for f, word in zip(payload.fields, classes, strict=True)
            ),
            page_uri=payload.context.get("pageUri"),
            page_name=payload.context.get("pageName"),
            legal=payload.legal,
            visible_at=call.at + portal.switches.submission_delay,
        )
    )
    by_object: dict[str, dict[str, str]] = {}
    for sent, reaches_record in zip(payload.fields, written, strict=True):
        if reaches_record:
            value = _as_stored(portal, sent)
            by_object.setdefault(sent.object_type_id, {})[sent.name] = value
    for object_type_id, values in by_object.items():
        due = call.at + portal.switches.record_delay
        portal.records.submit(object_type_id, values, at_ms=arrived, due=due, form_id=form["id"])


def _as_stored(portal: Portal, sent: SentField) -> str:
    definition = portal.property(sent.object_type_id, sent.name)
    is_date = definition is not None and definition["type"] == "date"
    return (as_date(sent.value) if is_date else None) or sent.value


def _thanks(form: dict[str, Any]) -> Answer:
    action = form["configuration"]["postSubmitAction"]
    key = "redirectUri" if action["type"] == "redirect_url" else "inlineMessage"
    return responses.as_json({key: action["value"]})


def _refused(portal: Portal, flaws: Sequence[Flaw]) -> Answer:
    entries = as_entries(flaws, echo_values=portal.switches.messages_echo_values)
    return responses.error(400, "The request is not valid", errors=entries)


def _plain_400(message: str) -> Answer:
    return responses.error(400, message)
