"""Which object type a person means: by id, or by any name the account gave its own."""

from __future__ import annotations

import copy

import pytest
from desk import SUPERVISOR, opened, secret
from samples import World

from gateway.domain.property_definitions import PropertyWish
from gateway.domain.property_plans import PlannedObject, PropertyPlan, StepKind
from gateway.domain.property_types import PropertyFieldType, PropertyType
from gateway.domain.record_errors import UnknownObjectType
from gateway.domain.reveals import Purpose
from gateway.domain.search import Search
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator.seed.properties import POLICY

NUMBER = "policy_number"
CALLED = (
    "insurance_policy",
    "p44127903_insurance_policy",
    "Insurance policy",
    " insurance POLICIES ",
)
WISH = PropertyWish(
    label="Claims",
    type=PropertyType.NUMBER,
    field_type=PropertyFieldType.NUMBER,
    group_name="policy",
    data_sensitivity=Sensitivity.NON_SENSITIVE,
)


def test_a_custom_object_has_names_beside_its_id(world: World) -> None:
    """Every work on its records takes its name, the account's full name for it, or its label."""
    gateway = opened(world)
    values = secret(policy_name="Home", policy_number="canary-4")
    made = gateway.records.create(CALLED[0], values, by=SUPERVISOR)
    assert made.object_type_id == POLICY
    for named in CALLED:
        read = gateway.records.read(named, made.id, [NUMBER], by=SUPERVISOR)
        assert (read.object_type_id, read.id) == (POLICY, made.id)
    find, batch = gateway.search.find, gateway.records.batches.read
    assert find(CALLED[2], Search(), by=SUPERVISOR).records[0].id == made.id
    assert batch(CALLED[1], [made.id], [NUMBER], by=SUPERVISOR).complete
    shown = gateway.records.reveal(CALLED[0], made.id, NUMBER, Purpose.CARE, by=SUPERVISOR)
    assert shown.reveal() == "canary-4"


def test_a_custom_object_is_known_by_what_its_account_displays(world: World) -> None:
    """Where nothing is asked for, its display properties are shown: ordinary ones only."""
    with world.portal.lock:
        world.portal.schemas[POLICY]["secondaryDisplayProperties"] = [NUMBER, "gone"]
    gateway = opened(world)
    values = secret(policy_name="Home", policy_number="canary-4")
    made = gateway.records.create(POLICY, values, by=SUPERVISOR)
    read = gateway.records.read(POLICY, made.id, by=SUPERVISOR)
    found = gateway.search.find(POLICY, Search(), by=SUPERVISOR).records[0]
    for record in (read, found):
        assert [one.name for one in record.fields] == ["policy_name"]


def test_a_plan_calls_a_custom_object_by_its_name(world: World) -> None:
    """So do definitions; one object under two names is still one."""
    properties = opened(world).properties
    plan = PropertyPlan(version=1, objects={CALLED[0]: PlannedObject(properties={"claims": WISH})})
    steps = properties.plans.apply(plan, by=LOCAL_OPERATOR).steps
    assert [step.kind for step in steps] == [StepKind.CREATE]
    assert properties.get(CALLED[1], "claims", by=LOCAL_OPERATOR).name == "claims"
    assert properties.list(CALLED[2], by=LOCAL_OPERATOR).kind.id == POLICY


def test_a_type_made_a_moment_ago_is_found(world: World) -> None:
    """A name that is not in the list that was read is looked for again at once."""
    gateway = opened(world)
    with pytest.raises(UnknownObjectType):
        gateway.records.read("pet", "1", by=SUPERVISOR)
    _further(world, "pet", "Pets")
    made = gateway.records.create("pets", secret(policy_name="Rex"), by=SUPERVISOR)
    assert made.object_type_id == "2-7"


def test_a_label_of_two_types_names_neither(world: World) -> None:
    """Nobody's record is guessed; the name inside the account still tells them apart."""
    _further(world, "old_policy", "Insurance policies")
    gateway = opened(world)
    with pytest.raises(UnknownObjectType):
        gateway.records.create(CALLED[3], secret(policy_name="x"), by=SUPERVISOR)
    made = gateway.records.create("old_policy", secret(policy_name="x"), by=SUPERVISOR)
    assert made.object_type_id == "2-7"


def test_without_the_scope_a_name_means_nothing(world: World) -> None:
    """A token that may not see the account's own types is told to take the id, or which scope
    names take."""
    poor = world.portal.issue_token(["crm.objects.contacts.read"])
    gateway = opened(world, HUBSPOT_RECORDS_TOKEN=poor)
    with pytest.raises(UnknownObjectType, match=r"crm\.schemas\.custom\.read"):
        gateway.records.read("insurance_policy", "1", by=SUPERVISOR)


def _further(world: World, name: str, plural: str) -> None:
    """Another object type, with the properties of the seed's own."""
    with world.portal.lock:
        made = copy.deepcopy(world.portal.schemas[POLICY])
        world.portal.schemas["2-7"] = made | {
            "id": "7", "objectTypeId": "2-7", "name": name,
            "fullyQualifiedName": f"p{world.portal.id}_{name}",
            "labels": {"singular": plural[:-1], "plural": plural},
        }  # fmt: skip
        world.portal.properties["2-7"] = copy.deepcopy(world.portal.properties[POLICY])
