"""Many definitions at once. HubSpot takes a hundred in one call and may do one half and not the
other: every name ends among those done or among those that are not, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from gateway.domain.errors import GatewayError, PropertyRefused, Reason
from gateway.domain.hubspot_errors import HubSpotError, Unavailable
from gateway.domain.objects import ObjectType
from gateway.domain.property_definitions import (
    BatchOutcome,
    DefinedProperty,
    DefinitionChange,
    PropertyListing,
    PropertyWish,
)
from gateway.domain.property_faults import (
    DefinitionRejected,
    DefinitionUnclear,
    PropertyFault,
    reason,
)
from gateway.domain.property_types import MAX_BATCH
from gateway.domain.record_errors import MissingScope, OutcomeNotAudited
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import Permission, User
from gateway.hubspot.properties import can_be_asked
from gateway.policy.defining import archive_problems, completed, creation_problems
from gateway.policy.permissions import require
from gateway.usecases.property_book import PropertyBook
from gateway.usecases.property_changes import archive, create

SCOPE_MISSING = "scope_missing"
"""The code of what a missing scope keeps from being done."""
NOT_TOLD = "outcome_not_audited"
"""The code of what HubSpot has done and the audit could not be told."""
STOPPING = frozenset({PropertyFault.NOT_TRIED.value, PropertyFault.UNCLEAR.value, NOT_TOLD})
"""Codes after which HubSpot is not asked for more."""
EARLIER = "The work was broken off before its turn came."
"""Why what comes after such a code was not tried."""
_EVERY_CLASS = (None, *Sensitivity)


class PropertyBatches:
    """Reads, creates and archives by the hundred. Raises as
    :class:`gateway.usecases.properties.Properties` does, but tells what is wrong with single
    names in the outcome."""

    def __init__(self, book: PropertyBook) -> None:
        self._book = book

    def read(
        self, object_type: str, names: Iterable[str], *, by: User, archived: bool = False
    ) -> PropertyListing:
        """The properties with these names, of all classes; those there are not are left out."""
        require(by, Permission.VIEW_PROPERTIES)
        kind = self._book.kind(object_type)
        asked = [name for name in dict.fromkeys(names) if can_be_asked(name)]
        found = [
            self._book.listed(kind, one)
            for part in _parts(asked)
            for one in self._book.hubspot.read_many(kind.plural, part, archived=archived)
            if one.name in part
        ]
        place = {name: number for number, name in enumerate(asked)}
        return PropertyListing(kind, tuple(sorted(found, key=lambda row: place[row.name])))

    def create(
        self,
        object_type: str,
        wishes: Mapping[str, PropertyWish],
        *,
        by: User,
        revive: bool = False,
    ) -> BatchOutcome:
        """New properties by name. One that cannot be made does not stop the others."""
        require(by, Permission.DEFINE_PROPERTIES)
        book, kind = self._book, self._book.kind(object_type)
        present = book.present(kind)
        groups = frozenset(group.name for group in book.hubspot.groups(kind.plural))
        allows = book.object_types.allows_sensitive(kind)
        failed: dict[str, Reason] = {}
        good: dict[str, PropertyWish] = {}
        for name, wish in wishes.items():
            reasons = creation_problems(
                kind, name, wish, present=present, groups=groups, allows_sensitive=allows,
                revive=revive,
            )  # fmt: skip
            if reasons:
                failed[name] = together(reasons)
            else:
                good[name] = completed(wish)
        return create_all(book, kind, good, failed, by=by)

    def archive(self, object_type: str, names: Iterable[str], *, by: User) -> BatchOutcome:
        """Archives the properties with these names. HubSpot says yes to a name it does not have;
        here that is told."""
        require(by, Permission.DEFINE_PROPERTIES)
        book, kind = self._book, self._book.kind(object_type)
        present = book.present(kind)
        failed: dict[str, Reason] = {}
        good: dict[str, DefinedProperty] = {}
        for name in dict.fromkeys(names):
            row = present.find(name)
            if row is None:
                shown = name if can_be_asked(name) else "that"
                failed[name] = reason(PropertyFault.NO_SUCH_PROPERTY, object=kind.label, name=shown)
            elif reasons := tuple(archive_problems(row.definition)):
                failed[name] = together(reasons)
            else:
                good[name] = row.definition
        return _archive_all(book, kind, good, failed, by=by)


def create_all(
    book: PropertyBook,
    kind: ObjectType,
    wishes: Mapping[str, PropertyWish],
    failed: Mapping[str, Reason],
    *,
    by: User,
) -> BatchOutcome:
    """Creates what was judged already, class by class: a class without its scope stops no other.
    ``failed`` is what was refused before."""

    def call(part: Sequence[str]) -> tuple[set[str], dict[str, Reason]]:
        told = book.hubspot.create_many(kind.plural, {name: wishes[name] for name in part})
        made = {one.name: one for one in told.definitions}
        wrong = {
            name: reason(fault, object=kind.label, name=name)
            for name, fault in told.faults.items()
            if name in part
        }
        for name, one in made.items():
            if name in part and one.sensitivity is not wishes[name].data_sensitivity:
                wrong[name] = reason(PropertyFault.CLASS_NOT_KEPT, name=name)
        return made.keys() & set(part), wrong

    def single(name: str) -> None:
        create(book, kind, name, wishes[name], by=by)

    run = _Run(book, kind, DefinitionChange.CREATE_PROPERTY, call, single, failed, by)
    for sensitivity in _EVERY_CLASS:
        of_class = [name for name, one in wishes.items() if one.data_sensitivity is sensitivity]
        run.go(of_class, sensitivity, living=True)
    return run.outcome()


def _archive_all(
    book: PropertyBook,
    kind: ObjectType,
    present: Mapping[str, DefinedProperty],
    failed: Mapping[str, Reason],
    *,
    by: User,
) -> BatchOutcome:
    def call(part: Sequence[str]) -> tuple[set[str], dict[str, Reason]]:
        book.hubspot.archive_many(kind.plural, part)
        return set(part), {}

    def single(name: str) -> None:
        archive(book, kind, present[name], by=by)

    run = _Run(book, kind, DefinitionChange.ARCHIVE_PROPERTY, call, single, failed, by)
    for sensitivity in _EVERY_CLASS:
        of_class = [name for name, one in present.items() if one.sensitivity is sensitivity]
        run.go(of_class, sensitivity, living=False)
    return run.outcome()


class _Run:
    """One batch on its way: what is done, what is not, and what stopped it."""

    def __init__(
        self,
        book: PropertyBook,
        kind: ObjectType,
        change: DefinitionChange,
        call: Callable[[Sequence[str]], tuple[set[str], dict[str, Reason]]],
        single: Callable[[str], None],
        failed: Mapping[str, Reason],
        by: User,
    ) -> None:
        self._book, self._kind, self._change = book, kind, change
        self._call, self._single, self._by = call, single, by
        self._done: list[str] = []
        self._failed = dict(failed)
        self._stopped: GatewayError | None = None

    def go(self, names: Sequence[str], sensitivity: Sensitivity | None, *, living: bool) -> None:
        """Does the change for the names of one class; ``living`` tells how they are found
        afterwards."""
        for part in _parts(names):
            if self._stopped is not None:
                self._fail(part, PropertyFault.NOT_TRIED, why=EARLIER)
                continue
            try:
                with self._book.writing(self._kind, sensitivity):
                    self._book.ask(self._kind, self._change, part, by=self._by)
                    done, wrong = self._call(part)
            except DefinitionRejected as error:
                self._singly(part, error)
            except MissingScope as error:
                self._failed |= dict.fromkeys(part, Reason(SCOPE_MISSING, str(error)))
            except Unavailable as error:
                self._stopped = error
                self._look(part, error, sensitivity, living=living)
            except GatewayError as error:
                self._stopped = error
                self._fail(part, PropertyFault.NOT_TRIED, why=str(error))
            else:
                self._tell(done, part, sensitivity, wrong)
                self._fail(set(part) - done - wrong.keys(), PropertyFault.UNCLEAR)

    def outcome(self) -> BatchOutcome:
        """What came of every name. Raises what stopped the batch where it did nothing at all."""
        untried = PropertyFault.NOT_TRIED.value
        nothing = not self._done and all(one.code == untried for one in self._failed.values())
        if self._stopped is not None and nothing:
            raise self._stopped
        return BatchOutcome(tuple(self._done), self._failed)

    def _tell(
        self,
        done: set[str],
        part: Sequence[str],
        sensitivity: Sensitivity | None,
        wrong: Mapping[str, Reason],
    ) -> None:
        self._failed |= wrong
        made = [name for name in part if name in done]
        right = [name for name in made if name not in wrong]
        if not made:
            return
        try:
            self._book.tell(self._kind, self._change, made, sensitivity, by=self._by)
            self._done += right
        except OutcomeNotAudited as error:
            self._stopped = error
            self._failed |= dict.fromkeys(right, Reason(NOT_TOLD, str(error)))

    def _singly(self, part: Sequence[str], error: DefinitionRejected) -> None:
        """HubSpot refused all of them without saying whose fault it is: one by one each gets its
        own reason, and the good ones are done."""
        if len(part) == 1:
            self._failed[part[0]] = reason(error.fault, object=self._kind.label, name=part[0])
            return
        for name in part:
            if self._stopped is not None:
                self._fail([name], PropertyFault.NOT_TRIED, why=EARLIER)
                continue
            try:
                self._single(name)
                self._done.append(name)
            except GatewayError as broken:
                why = self._failed[name] = why_not(broken, name)
                self._stopped = broken if why.code in STOPPING else None

    def _look(
        self,
        part: Sequence[str],
        error: Unavailable,
        sensitivity: Sensitivity | None,
        *,
        living: bool,
    ) -> None:
        """HubSpot did not say what became of a part: it is looked up."""
        try:
            read = self._book.hubspot.read_many(self._kind.plural, part, archived=not living)
        except HubSpotError:
            self._book.forget()
            self._fail(part, PropertyFault.UNCLEAR)
            return
        done = {one.name for one in read}
        wrong = {
            one.name: reason(PropertyFault.CLASS_NOT_KEPT, name=one.name)
            for one in read
            if living and one.name in part and one.sensitivity is not sensitivity
        }
        self._fail(set(part) - done, PropertyFault.NOT_TRIED, why=str(error))
        self._tell(done, part, sensitivity, wrong)

    def _fail(self, names: Iterable[str], fault: PropertyFault, **words: str) -> None:
        self._failed |= {name: reason(fault, name=name, **words) for name in names}


def why_not(error: GatewayError, name: str) -> Reason:
    """Why one step of several did not end well. A scope that is missing, or what HubSpot refuses,
    is the step's own; with a code of ``STOPPING`` nothing more is tried."""
    if isinstance(error, PropertyRefused):
        return together(error.reasons)
    if isinstance(error, MissingScope):
        return Reason(SCOPE_MISSING, str(error))
    if isinstance(error, OutcomeNotAudited):
        return Reason(NOT_TOLD, str(error))
    if isinstance(error, DefinitionUnclear):
        return reason(PropertyFault.UNCLEAR, name=name)
    return reason(PropertyFault.NOT_TRIED, name=name, why=str(error))


def together(reasons: Sequence[Reason]) -> Reason:
    """Several reasons as one, under the first one's code."""
    return Reason(reasons[0].code, " ".join(one.sentence for one in reasons))


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), MAX_BATCH):
        yield names[start : start + MAX_BATCH]
