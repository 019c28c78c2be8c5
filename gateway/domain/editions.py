"""The editions of HubSpot's API that a call may use.

The numeric generations (v1, v2, v3) lose support in September 2027; the dated ones live 18 months
each.
Source: https://developers.hubspot.com/docs/developer-tooling/platform/versioning
"""

from __future__ import annotations

import enum


class Edition(enum.StrEnum):
    """Which edition is used where both exist; the text is HubSpot's own spelling."""

    V3 = "v3"
    DATED = "2026-09"
