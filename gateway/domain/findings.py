"""Everything the gate, the doctor and the settings can find fault with: code, weight,
cause and cure. The codes are stable; sentences never hold a value."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence


class Severity(enum.StrEnum):
    """How bad a finding is: an error closes intake, a warning does not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(enum.StrEnum):
    """What the gate says of one field."""

    OK = "ok"
    WARN = "warn"
    REFUSED = "refused"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One fault: ``message`` says what is so, ``cure`` what to do about it."""

    code: str
    severity: Severity
    message: str
    cure: str
    field: str | None = None


@dataclasses.dataclass(frozen=True)
class _Row:
    severity: Severity
    message: str
    cure: str


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

FINDINGS: Mapping[str, _Row] = {
    # fields
    "property_missing": _Row(_E, "HubSpot has no {object} property named {name}.",
                             "Create the property, or take the field off the form."),
    "property_archived": _Row(_E, "The {object} property {name} is archived in HubSpot.",
                              "Restore the property, or take the field off the form."),
    "property_ambiguous": _Row(_E, "HubSpot names the {object} property {name} in more than one class.",
                               "Ask HubSpot support; until then the field cannot be used."),
    "class_unknown": _Row(_E, "HubSpot does not say which class the {object} property {name} has.",
                          "Check the property's sensitivity in HubSpot. An unknown class is never "
                          "taken for an ordinary one."),
    "read_only": _Row(_E, "The {object} property {name} is read-only, so a form cannot fill it.",
                      "Take the field off the form."),
    "calculated": _Row(_E, "HubSpot calculates the {object} property {name} itself.",
                       "Take the field off the form."),
    "not_form_compatible": _Row(_E, "The {object} property {name} may not be used in forms.",
                                "Allow the property in forms in HubSpot, or take the field off the form."),
    "field_type_unsupported": _Row(_E, "A {type} field cannot be sent yet.",
                                   "Take the field off the form, or collect it another way."),
    "field_type_unknown": _Row(_E, "The field {name} has a type this program does not know.",
                               "Take the field off the form, or update this program."),
    "object_not_allowed": _Row(_E, "Fields of this object type ({type}) cannot be sent through forms.",
                               "Take the field off the form."),
    "field_duplicate": _Row(_E, "The field {name} stands on the form more than once.",
                            "Keep it once."),
    "label_names_sensitive": _Row(_E, "The label of {name} asks for {kind}, but its property is not sensitive.",
                                  "Store it in a property created as sensitive or highly sensitive."),
    "no_scope_exists": _Row(_E, "HubSpot has no permission that lets a program write {class} {object} properties.",
                            "Move the field to a contact, company, deal, ticket or custom object."),
    "scope_missing": _Row(_E, "The token lacks {scope}, needed to {purpose}.",
                          "Add the scope to the private app or service key, then restart."),
    "scope_unknown": _Row(_W, "HubSpot did not say which scopes the token has.",
                          "Check in HubSpot that the token has every scope listed here."),
    "scope_excess": _Row(_I, "The token also holds scopes that taking submissions does not need: {scopes}.",
                         "Take them away unless something else here uses them, so that a stolen token opens less."),
    "scopes_incomplete": _Row(_W, "The class of {count} fields is not known, so their scopes may be missing here.",
                              "Let the token read their properties' definitions, then look again."),
    "nothing_to_subscribe": _Row(_I, "No field of these forms has a property whose changes HubSpot reports.",
                                 "Nothing to do: it reports sensitive ones of contacts, companies, deals and tickets."),
    # forms
    "form_archived": _Row(_E, "The form is archived in HubSpot and takes no submissions.",
                          "Restore or copy the form in HubSpot. If it is retired for good, withdraw "
                          "its approval on its page or with `python -m gateway approve FORM --withdraw`."),
    "form_gone": _Row(_E, "HubSpot has the form no more, though a person approved it.",
                      "Make the form again and approve it. If it is retired for good, withdraw its "
                      "approval on its page or with `python -m gateway approve FORM --withdraw`."),
    "form_type": _Row(_E, "Only forms made in HubSpot can take Sensitive Data; this one is of type {type}.",
                      "Build the form in HubSpot's form editor."),
    "recaptcha": _Row(_E, "reCAPTCHA is switched on, so HubSpot refuses every submission by a program.",
                      "Switch reCAPTCHA off for this form in HubSpot."),
    "consent_unknown": _Row(_E, "The form asks for consent in a way this program does not know.",
                            "Choose another consent setting for the form, or update this program."),
    "consent_text_missing": _Row(_E, "The form's consent setting has no {text}, which HubSpot demands.",
                                 "Fill in the consent text of the form in HubSpot."),
    "class_lowered": _Row(_E, "The {object} property {name} was {was} when these answers were accepted; now it is not.",
                          "Put the property back into its class, or discard the submission."),
    "lawful_basis_other": _Row(_W, "The form's lawful basis is neither a customer's nor a lead's; HubSpot may refuse it.",
                               "Choose one of the two in the form's consent settings, or try one submission first."),
    "form_empty": _Row(_E, "The form has no field.", "Add a field to the form in HubSpot."),
    "form_too_large": _Row(_E, "The form has more than {limit} fields.",
                           "Split the form; HubSpot takes at most 1,000 fields at once."),
    "form_unreadable": _Row(_E, "HubSpot's description of the form cannot be read.",
                            "Open and save the form in HubSpot; if that does not help, report it."),
    "notifications": _Row(_W, "HubSpot mails a notification of each submission.",
                          "Check in HubSpot that these mails show no sensitive answer."),
    "prepopulate": _Row(_W, "The form fills in known values when it is embedded in a web page.",
                        "Switch pre-population off in HubSpot."),
    "hidden_required": _Row(_W, "The field {name} is hidden and required but has no default, so HubSpot "
                            "will refuse submissions.", "Give the hidden field a default value."),
    "rules_unknown": _Row(_W, "HubSpot does not tell the validation rules of {object} properties.",
                          "Add {scope} to the token, or go on: HubSpot may then refuse an answer that breaks a rule."),
    "rule_unchecked": _Row(_W, "The property {name} has a validation rule that cannot be checked here: {rule}.",
                           "Correct the rule in HubSpot, or go on: HubSpot alone checks it, and may refuse a submission."),
    "definitions_stale": _Row(_W, "HubSpot cannot be asked now; this is what it said at {when}.",
                              "Nothing: submissions are kept and checked again before they are sent."),
    # what a person approved
    "not_approved": _Row(_W, "The form is not approved, or its approval was withdrawn. Where approval is required, "
                                "that closes it.",
                         "Look at its fields, then approve it on its page or with `python -m gateway approve`."),
    "drift": _Row(_E, "Changed since the form was approved: {change}.",
                  "Look at what changed. Then approve the form again, or undo the change in HubSpot."),
    "class_below_minimum": _Row(_E, "The answers of {name} must be at least {minimum}, and its property is {now}.",
                                "Put the property back into its class. If the lower class is meant, approve "
                                "the form again with a lower least class for the field."),
    "lock_edited": _Row(_E, "The approval of this form was edited by hand, or made with other sealing keys.",
                        "Take the lock file back from version control, or approve the form again."),
    "lock_portal": _Row(_E, "The lock file belongs to another HubSpot account.",
                        "Correct GATEWAY_LOCK_FILE, or move the file away and approve the forms again."),
    "lock_unreadable": _Row(_E, "The lock file cannot be read, so nobody can tell what was approved.",
                            "Take it back from version control, or move it away and approve the forms again."),
    # the whole set-up
    "token_refused": _Row(_E, "HubSpot does not accept the token.",
                          "Put a valid token into HUBSPOT_ACCESS_TOKEN."),
    "portal_mismatch": _Row(_E, "The token belongs to another HubSpot account than HUBSPOT_PORTAL_ID.",
                            "Correct HUBSPOT_PORTAL_ID, or use that account's token."),
    "region_unknown": _Row(_E, "Nobody has told this program where submissions of this account's region go.",
                           "Set HUBSPOT_FORMS_HOSTS for the region; HubSpot support names the host."),
    "hubspot_unreachable": _Row(_E, "HubSpot cannot be reached.",
                                "Check the network; submissions are kept until HubSpot answers."),
    "token_kind": _Row(_I, "The token is {kind}, of account {portal} in {region}.", "Nothing to do."),
    "records_token_same": _Row(_I, "Records and definitions are read and changed with the token that submits.",
                               "Put a second token into HUBSPOT_RECORDS_TOKEN, so that the one that submits can read "
                               "no value back."),
    "records_token_ready": _Row(_I, "Records and definitions are read and changed with a token of their own.",
                                "Nothing to do."),
    "records_token_refused": _Row(_E, "HubSpot does not accept the token for records.",
                                  "Put a valid token into HUBSPOT_RECORDS_TOKEN, or leave it empty."),
    "records_token_foreign": _Row(_E, "The token for records belongs to another HubSpot account than the one that submits.",
                                  "Correct HUBSPOT_RECORDS_TOKEN, or leave it empty."),
    "sensitive_data_on": _Row(_I, "Sensitive Data is switched on: HubSpot shows {count} sensitive properties.",
                              "Nothing to do."),
    "sensitive_data_unseen": _Row(_W, "HubSpot shows no sensitive property, so Sensitive Data is probably switched off. "
                                  "That is not certain: there may be none yet.",
                                  "A super admin of an Enterprise account switches it on in the account's settings; "
                                  "then create the properties."),
    "tier_low": _Row(_W, "HubSpot allows {daily} calls a day, as {tier} accounts have; Sensitive Data takes an "
                     "Enterprise account.", "Use the token of an Enterprise account, or ask HubSpot which tier this is."),
    "limits": _Row(_I, "HubSpot allows {most} calls in {seconds} s and {daily} a day, as {tier} accounts have.",
                   "Nothing to do."),
    "limits_oauth": _Row(_I, "HubSpot allows {most} calls in {seconds} s; an OAuth app has no limit a day.",
                         "Nothing to do."),
    "limits_unknown": _Row(_W, "HubSpot did not say how many calls are allowed.",
                           "Nothing: the program keeps to GATEWAY_RATE_LIMIT."),
    "usage": _Row(_I, "{used} of the {limit} calls of today are used.", "Nothing to do."),
    "usage_high": _Row(_W, "{used} of the {limit} calls of today are used; the rest is kept for looking things up.",
                       "Find what else uses the account's calls. Sending goes on after the account's midnight."),
    "portal_sandbox": _Row(_W, "This HubSpot account is a {type} account; sandboxes have no Sensitive Data.",
                           "Use the production account's token."),
    "app_installed": _Row(_I, "The app is installed in the account {portal}; its token is renewed by itself.",
                          "Nothing to do."),
    "app_not_installed": _Row(_E, "{why} Nothing is sent, and a form that was never read stays closed.",
                              "Open the link of the page Set-up, or of `python -m gateway oauth install-url`. What is "
                              "queued goes by itself then."),
    "app_refused": _Row(_E, "HubSpot does not know the app.",
                        "Correct HUBSPOT_CLIENT_ID and HUBSPOT_CLIENT_SECRET, then start again."),
    "demo_mode": _Row(_I, "This is a demo: HubSpot is emulated, and nothing leaves this machine.",
                      "Put a token into .env to work with a real account."),
    "emulated": _Row(_I, "HubSpot is emulated at {base}; nothing reaches a real account.",
                     "Remove HUBSPOT_API_BASE and HUBSPOT_FORMS_BASE to work with a real account."),
    "loopback_only": _Row(_I, "There is no sign-in yet, so the pages answer on this machine only.",
                          "Nothing to do."),
    "keys_broken": _Row(_E, "The sealing keys cannot be used: {cause}.",
                        "Let this program's user, and nobody else, read and write the key folder, or "
                        "restore its backup; without it stored answers stay sealed."),
    "keys_ready": _Row(_I, "New submissions are sealed to key {key}; keys in the ring: {count}.",
                       "Keep a backup of the key folder."),
    "store_broken": _Row(_E, "Nothing can be kept at the moment. {why}",
                         "Free disk space or correct the folder's permissions."),
    "damaged": _Row(_E, "{count} rows of the outbox are damaged; they are kept and never sent.",
                    "Restore the outbox from a backup, or report it: the other rows go on."),
    "disk_low": _Row(_E, "The disk of the outbox has only {free} MiB left.",
                     "Free some space: when it is full, nothing more can be accepted."),
    "store_ready": _Row(_I, "The outbox is durable ({mode}).", "Nothing to do."),
    "clock_skew": _Row(_E, "This machine's clock is {seconds} s away from HubSpot's.",
                       "Set the clock; switch on time synchronisation."),
    "clock_ready": _Row(_I, "This machine's clock and HubSpot's agree to {seconds} s.", "Nothing to do."),
    "streamlit_option": _Row(_E, "The Streamlit option {option} is not safe for this program.",
                             "Start with `make demo` or `streamlit run app.py` from the project's folder."),
    "streamlit_file": _Row(_E, "The option file {file} cannot be read.",
                           "Take it back from version control; without it the pages do not start."),
    "streamlit_ready": _Row(_I, "The Streamlit options are safe.", "Nothing to do."),
    "public_url_loopback": _Row(_W, "The address {url} is this machine's own, so HubSpot can send nothing to it.",
                                "Nothing on one machine. To hear of changes set GATEWAY_PUBLIC_URL to an https "
                                "address that leads here."),
    "public_url_insecure": _Row(_W, "The address {url} is not https, and HubSpot sends to https only.",
                                "Put a certificate before the program and correct GATEWAY_PUBLIC_URL."),
    "webhook_secret_missing": _Row(_I, "There is no client secret, so no webhook of HubSpot's is believed.",
                                   "Put the app's client secret into HUBSPOT_CLIENT_SECRET, if "
                                   "HubSpot is to report changes."),
    "webhook_legacy": _Row(_W, "Webhooks are believed on HubSpot's older signatures, which carry no time.",
                           "Take GATEWAY_WEBHOOK_LEGACY_SIGNATURES away: HubSpot sends the new "
                           "signature beside the old one."),
    "public_url_ready": _Row(_I, "HubSpot can send to {url}.", "Nothing to do."),
    "form_refused": _Row(_W, "The form {form} is closed: {cause}", "Look at its fields on the Set-up page, or run `python -m gateway check`."),
    "form_closed": _Row(_E, "The form {form} was approved, and is closed: {cause}",
                        "Look at what is wrong or has changed on its page, or run `python -m gateway check`. "
                        "Then put it right in HubSpot, or approve the form again."),
    "form_open": _Row(_I, "The form {form} is open.", "Nothing to do."),
    "form_warnings": _Row(_W, "The form {form} is open, and something about it is to be known: {cause}",
                          "Look at it on the Set-up page, or run `python -m gateway check`."),
    "no_forms": _Row(_W, "The account has no form.", "Create a form in HubSpot's form editor."),
    "waiting_long": _Row(_W, "The oldest submission that is not delivered waits for {age}.",
                         "Look at the reason on the Deliveries page; nothing is lost meanwhile."),
    "undecided": _Row(_W, "A submission waits for a person's decision for {age}; its answers are kept until then.",
                      "Decide on the Deliveries page: send again, confirm, or withdraw."),
    "queue_paused": _Row(_W, "Nothing is sent at the moment: {why}.",
                         "Put the cause right; it goes on by itself then. What a person paused goes on with Resume on the Deliveries page, or `python -m gateway outbox resume`."),
    "copies": _Row(_W, "Submissions that HubSpot has more than once: {count}.",
                   "Run `python -m gateway reconcile --report` for their receipts, and remove the copies in HubSpot."),
    "another_installation": _Row(_E, "The outbox belongs to another installation: its answers are sealed to other keys.",
                                 "Correct GATEWAY_DATABASE_URL or GATEWAY_KEYS: each installation needs both of its own."),
    "outbox_gone": _Row(_E, "The outbox is new, but the key folder has had one before: submissions that may not have left were in it.",
                        "Put its file back or restore its backup. To begin a new one all the same, delete the file outbox.begun in the key folder."),
    "intake_closed": _Row(_E, "Nothing is accepted at the moment. {why}", "Put the cause right; it opens by itself."),
    "not_probed": _Row(_I, "How HubSpot shows submissions was never measured, so unclear ones wait for a person.",
                       "Run `python -m gateway probe FORM` once on a test form."),
    "probed": _Row(_I, "HubSpot was measured: unclear submissions that it does not show go back to the queue by themselves.",
                   "Nothing to do."),
    "probe_unsure": _Row(_W, "HubSpot was measured, and what it does not show may still be there, so unclear ones wait for a person.",
                         "Raise GATEWAY_UNKNOWN_WINDOW to ten times the delay, then probe again."),
    "attention": _Row(_W, "Submissions that need a person ({state}): {count}.",
                      "Decide on the Deliveries page, or run `python -m gateway outbox list`."),
}  # fmt: skip


def finding(code: str, *, field: str | None = None, **words: object) -> Finding:
    """The finding of ``code`` with its sentences filled in.

    ``words`` are names and counts from definitions and settings, never answers.
    """
    row = FINDINGS[code]
    return Finding(
        code, row.severity, row.message.format_map(words), row.cure.format_map(words), field
    )


def verdict(found: Sequence[Finding]) -> str:
    """All findings in one sentence."""
    count = {level: sum(f.severity is level for f in found) for level in Severity}
    wrong, known = count[Severity.ERROR], count[Severity.WARNING]
    worth = "one point is" if known == 1 else f"{known} points are"
    if wrong:
        parts = "One point has" if wrong == 1 else f"{wrong} points have"
        return f"{parts} to be put right" + (f", {worth} worth knowing." if known else ".")
    return f"All is well; {worth} worth knowing." if known else "All is well."
