"""Routes: the validation rules of properties."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator import validations
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area
from gateway.emulator.routing.editions import VALIDATIONS

ROUTES: Sequence[Route] = (
    *(
        Route(method, base + path, handler, Door.BEARER, Area.VALIDATIONS)
        for base in VALIDATIONS
        for method, path, handler in (
            ("GET", "/{object_type}", validations.list_rules),
            ("GET", "/{object_type}/{property_name}", validations.list_property_rules),
            ("GET", "/{object_type}/{property_name}/rule-type/{rule_type}", validations.get_rule),
            ("PUT", "/{object_type}/{property_name}/rule-type/{rule_type}", validations.put_rule),
        )
    ),
    Route(
        "PUT",
        "/_emulator/validations/{object_type}/{property_name}",
        validations.amend_rules,
        Door.ADMIN,
    ),
)
