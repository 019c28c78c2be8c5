"""The seed ``clinic``: an invented clinic with three good forms and two bad ones."""

from __future__ import annotations

from gateway.domain.objects import CONTACT
from gateway.emulator.seed.account import Seed, scopes_for
from gateway.emulator.seed.client_identification import CLIENT_IDENTIFICATION
from gateway.emulator.seed.employee_onboarding import EMPLOYEE_ONBOARDING
from gateway.emulator.seed.patient_intake import PATIENT_INTAKE
from gateway.emulator.seed.properties import POLICY, PROPERTIES
from gateway.emulator.seed.refused import DOCUMENTS_AND_PAYMENT, VISITOR_SIGN_IN
from gateway.emulator.seed.schemas import schema
from gateway.emulator.seed.validations import VALIDATIONS

GOOD_FORMS = (PATIENT_INTAKE, EMPLOYEE_ONBOARDING, CLIENT_IDENTIFICATION)
"""What a gateway opens, given the seed's scopes."""

_PORTAL_ID = 44_127_903

CLINIC = Seed(
    portal_id=_PORTAL_ID,
    client_id="0d5f3c1e-77aa-4a02-9b6d-3e1f5b8c2a94",
    domain="lindenhof-clinic.example",
    time_zone="US/Eastern",
    utc_offset_ms=-18_000_000,
    currency="USD",
    schemas=(
        schema(
            _PORTAL_ID,
            int(POLICY.removeprefix("2-")),
            "insurance_policy",
            ("Insurance policy", "Insurance policies"),
            display="policy_name",
            required=("policy_name",),
            searchable=("policy_name",),
            associated=(CONTACT,),
            sensitive=True,
        ),
    ),
    properties=PROPERTIES,
    forms=(*GOOD_FORMS, VISITOR_SIGN_IN, DOCUMENTS_AND_PAYMENT),
    validations=VALIDATIONS,
    scopes=scopes_for(GOOD_FORMS, PROPERTIES),
)
