"""Sealed Intake: a secure form-submission gateway for HubSpot Sensitive Data.

>>> from gateway import open_gateway
>>> with open_gateway() as gateway:                                    # doctest: +SKIP
...     receipt = gateway.submit(form, {"email": "a@b.c"}, by=user)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.bootstrap import open_gateway as open_gateway


def __getattr__(name: str) -> object:
    # The façade stands on every floor below it; loading it lazily lets each floor be
    # imported alone.
    if name == "open_gateway":
        from gateway.bootstrap import open_gateway  # noqa: PLC0415

        return open_gateway
    raise AttributeError(name)
