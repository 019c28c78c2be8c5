"""The commands below ``properties`` and what each takes."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable

from gateway.cli import properties, property_plans
from gateway.cli.plan_file import EXAMPLE
from gateway.cli.show import Out
from gateway.domain.property_types import PAIRS, PURGED_AFTER_DAYS, PropertyFieldType, PropertyType
from gateway.domain.sensitivity import Sensitivity

OBJECT = (
    "contacts, companies, deals, tickets, appointments, projects, or a custom object's id "
    "or name (2-123, pet)"
)
NAME = "the property's internal name"
Arguments = argparse.ArgumentParser

PAIR_TABLE = "types and their field types:\n" + "\n".join(
    f"  {kind}: {', '.join(fitting)}" for kind, fitting in PAIRS.items()
)


@dataclasses.dataclass(frozen=True)
class Row:
    """One command."""

    name: str
    run: Callable[[argparse.Namespace, Out], int]
    text: str
    example: str
    arguments: Callable[[Arguments], None]
    more: str = ""
    """What its help says below the example."""

    @property
    def epilog(self) -> str | None:
        """The end of its help, where that is more than the example."""
        shown = f"example:\n  python -m gateway properties {self.name} {self.example}"
        return f"{shown}\n\n{self.more}" if self.more else None


def _object(command: Arguments) -> None:
    command.add_argument("object", metavar="OBJECT", help=OBJECT)


def _list(command: Arguments) -> None:
    _object(command)
    command.add_argument("--archived", action="store_true", help="also the archived ones")
    _class(command, "only those of one class")
    command.add_argument("--search", metavar="TEXT", help="only names and labels with this in them")


def _class(command: Arguments, text: str) -> None:
    command.add_argument(
        "--class", dest="sensitivity", choices=[str(one) for one in Sensitivity], metavar="CLASS",
        help=f"{text}: {', '.join(Sensitivity)}",
    )  # fmt: skip


def _names(command: Arguments) -> None:
    _object(command)
    command.add_argument("name", metavar="NAME", nargs="+", help=NAME)


def _one(command: Arguments) -> None:
    _object(command)
    command.add_argument("name", metavar="NAME", help=NAME)


def _parts(command: Arguments) -> None:
    """What a definition is made of."""
    command.add_argument("--label", help="the words people read")
    command.add_argument("--type", metavar="TYPE", help=", ".join(PropertyType))
    command.add_argument("--field-type", metavar="TYPE", help=", ".join(PropertyFieldType))
    command.add_argument("--group", metavar="NAME", help="the group it stands in")
    command.add_argument("--description", help="help for the people who fill it in")
    command.add_argument("--option", action="append", default=[], metavar="VALUE[=LABEL]",
                         help="a choice, in order; may be repeated")  # fmt: skip
    command.add_argument("--form-field", action=argparse.BooleanOptionalAction,
                         help="whether forms may show it")  # fmt: skip
    command.add_argument("--hidden", action=argparse.BooleanOptionalAction,
                         help="whether HubSpot's own pages hide it")  # fmt: skip
    command.add_argument("--display-order", type=int, metavar="N", help="its place, -1 for last")
    command.add_argument("--unique", action=argparse.BooleanOptionalAction,
                         help="whether no two records may have one value")  # fmt: skip
    command.add_argument("--formula", help="of a calculation")


def _create(command: Arguments) -> None:
    _one(command)
    _class(command, "how private its values are, for good")
    _parts(command)
    command.add_argument("--revive", action="store_true",
                         help="bring an archived property of this name back")  # fmt: skip


def _edit(command: Arguments) -> None:
    _one(command)
    _parts(command)
    command.add_argument("--add-option", action="append", default=[], metavar="VALUE[=LABEL]",
                         help="one more choice after those there are; may be repeated")  # fmt: skip
    _class(command, "cannot be changed; the answer says what to do instead")


def _archive(command: Arguments) -> None:
    _names(command)
    command.add_argument("--yes", action="store_true", help="archive without asking")


def _label(command: Arguments) -> None:
    _object(command)
    command.add_argument("name", metavar="NAME", help="the group's internal name")
    command.add_argument("--label", required=True, help="the words people read")


def _group(command: Arguments) -> None:
    _object(command)
    command.add_argument("name", metavar="NAME", help="the group's internal name")


def _plan(command: Arguments) -> None:
    command.add_argument("file", metavar="FILE", help="a YAML file, or - for standard input")
    command.add_argument("--revive", action="store_true",
                         help="bring archived properties of planned names back")  # fmt: skip


def _export(command: Arguments) -> None:
    command.add_argument("object", metavar="OBJECT", nargs="*", help=f"{OBJECT} (default: all)")
    command.add_argument("--out", metavar="FILE", help="write it there (default: show it)")


COMMANDS = (
    Row("list", properties.listing, "an object's properties of all three classes in one view",
        "contacts --class sensitive", _list),
    Row("show", properties.show, "one property, or several at once", "contacts passport_number",
        _names),
    Row("create", properties.create, "create a property",
        "contacts blood_group --label 'Blood group' --class sensitive \\\n"
        "    --type enumeration --field-type select --group health --option a=A --option b=B",
        _create, PAIR_TABLE),
    Row("edit", properties.edit, "change a property's definition",
        "contacts blood_group --label 'Blood group and factor'", _edit,
        "--option replaces the whole list of choices; --add-option keeps it.\n\n" + PAIR_TABLE),
    Row("archive", properties.archive,
        f"archive properties; HubSpot deletes them for good after {PURGED_AFTER_DAYS} days",
        "contacts blood_group", _archive),
    Row("plan", property_plans.plan, "show what a plan would change", "properties.yaml", _plan,
        EXAMPLE),
    Row("apply", property_plans.apply, "do what a plan says, once", "properties.yaml", _plan,
        EXAMPLE),
    Row("export", property_plans.export, "write the account's own properties down as a plan",
        "contacts --out properties.yaml", _export),
)  # fmt: skip
"""The commands on properties."""
GROUP_COMMANDS = (
    Row("list", properties.groups, "an object's groups", "contacts", _object),
    Row("create", properties.create_group, "create a group", "contacts health --label Health",
        _label),
    Row("edit", properties.edit_group, "give a group another label",
        "contacts health --label 'Health and care'", _label),
    Row("archive", properties.archive_group, "archive a group without properties",
        "contacts health", _group),
)  # fmt: skip
"""The commands on groups."""
