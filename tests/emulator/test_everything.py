"""What a demo's app hears of: everything its forms touch, without anybody subscribing."""

from __future__ import annotations

from gateway.emulator import Emulator
from gateway.emulator.webhooks.everything import report_everything

URL = "http://127.0.0.1:8501/webhooks/hubspot"


def test_a_demo_hears_of_every_property_on_its_forms() -> None:
    """Contacts, companies and their new records, each once; a second call changes nothing."""
    emulator = Emulator()
    try:
        webhooks = emulator.portal.webhooks
        report_everything(emulator.portal, URL)
        told = [(row.event_type, row.property_name) for row in webhooks.subscriptions.values()]
        assert {
            ("contact.creation", None), ("contact.propertyChange", "passport_number"),
            ("contact.propertyChange", "allergies"), ("company.propertyChange", "domain"),
        } <= set(told)  # fmt: skip
        assert len(told) == len(set(told))
        assert all(row.active for row in webhooks.subscriptions.values())
        assert webhooks.target is not None
        assert webhooks.target.url == URL
        report_everything(emulator.portal, URL)
        assert len(webhooks.subscriptions) == len(told)
    finally:
        emulator.stop()
