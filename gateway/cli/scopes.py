"""The commands about what a token may do: ``scopes`` and ``hsmeta``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.cli import views
from gateway.cli.opening import opened
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.domain.features import FEATURES, Feature
from gateway.domain.findings import Finding
from gateway.domain.forms import Validation
from gateway.domain.scope_plans import FeatureScopes, NeedState, ScopePlan
from gateway.domain.users import LOCAL_OPERATOR
from gateway.intake.email_rules import email_fault
from gateway.policy.project_files import PLACES, Auth, Platform, Project, ProjectFiles
from gateway.usecases.scope_plan import BY_DEFAULT, OF_A_PROJECT

HELD: Mapping[bool | None, str] = {True: "held", False: "MISSING", None: "not known"}
"""Whether the token holds a scope, in a word."""
POSSIBLE: Mapping[bool | None, str] = {True: "possible", False: "not possible", None: "not known"}
"""Whether the token is enough for a feature, in words."""


def scopes(arguments: argparse.Namespace, out: Out) -> int:
    """Needed, held, missing and in excess, per form and per feature."""
    features = _features(arguments, BY_DEFAULT)
    with opened(out) as gateway:
        plan = gateway.scopes.plan(arguments.form, features, by=LOCAL_OPERATOR)
    out.answer(_plan(plan), _plan_text(plan))
    return 0 if plan.complete else 1


def hsmeta(arguments: argparse.Namespace, out: Out) -> int:
    """The files of a HubSpot project with the least scopes."""
    if not arguments.name.strip():
        raise UsageError("The app needs a name. Give one with --name, or leave the option out.")
    if arguments.support_email is not None and email_fault(arguments.support_email, Validation()):
        raise UsageError("--support-email is not an e-mail address.")
    project = Project(
        platform=Platform(arguments.platform),
        auth=Auth(arguments.auth),
        name=arguments.name,
        support_email=arguments.support_email,
    )
    features = _features(arguments, OF_A_PROJECT)
    with opened(out) as gateway:
        made = gateway.scopes.project(project, arguments.form, features, by=LOCAL_OPERATOR)
    folder = Path(arguments.out)
    paths = {name: folder / (PLACES[name] if arguments.project else name) for name in made.files}
    _write(made, paths, force=arguments.force)
    document = {
        "files": {name: str(path) for name, path in paths.items()},
        "requiredScopes": _config(made, "app-hsmeta.json")["auth"]["requiredScopes"],
        "subscriptions": _subscriptions(made),
        "findings": [views.finding(one) for one in made.findings],
    }
    out.answer(document, _files_text(made, paths, arguments.project))
    return 0


def plan_arguments(command: argparse.ArgumentParser) -> None:
    """What ``scopes`` takes beside the forms."""
    _feature_argument(command, BY_DEFAULT)


def project_arguments(command: argparse.ArgumentParser) -> None:
    """What ``hsmeta`` takes beside the forms."""
    command.add_argument("--out", required=True, metavar="DIR", help="the folder to write into")
    command.add_argument(
        "--project", action="store_true", help="lay DIR out as a project, ready to upload"
    )
    command.add_argument(
        "--platform", choices=[str(one) for one in Platform], default=str(Platform.V2026_03),
        help=f"version of HubSpot's platform (default {Platform.V2026_03})",
    )  # fmt: skip
    command.add_argument(
        "--auth", choices=[str(one) for one in Auth], default=str(Auth.STATIC),
        help="static: one fixed token for one account (default); oauth: for many accounts",
    )  # fmt: skip
    command.add_argument("--name", default=Project.name, help=f"the app's name ({Project.name})")
    command.add_argument("--support-email", metavar="ADDRESS", help="whom users may ask")
    command.add_argument("--force", action="store_true", help="write over files that differ")
    _feature_argument(command, OF_A_PROJECT)


def _feature_argument(command: argparse.ArgumentParser, otherwise: tuple[Feature, ...]) -> None:
    command.add_argument(
        "--feature", action="append", choices=[str(one) for one in Feature], metavar="NAME",
        help=f"what the token is for, once for each (default {', '.join(otherwise)}): "
        + "; ".join(f"{feature}: {row.label.lower()}" for feature, row in FEATURES.items()),
    )  # fmt: skip


def _features(arguments: argparse.Namespace, otherwise: tuple[Feature, ...]) -> tuple[Feature, ...]:
    return tuple(map(Feature, arguments.feature)) if arguments.feature else otherwise


def _plan(plan: ScopePlan) -> dict[str, Any]:
    return {
        "ok": plan.complete,
        "asked": [str(feature) for feature in plan.asked],
        **_sums(plan),
        "features": [_feature(row) for row in plan.features],
        "forms": [
            {
                "form": {"id": form.form_id, "name": form.form_name},
                "open": form.open,
                **_sums(form),
                "features": [_feature(row) for row in form.features],
            }
            for form in plan.forms
        ],
        "findings": [views.finding(one) for one in plan.findings],
    }


def _sums(one: Any) -> dict[str, Any]:
    return {
        "needed": list(one.scopes.needed),
        "held": list(one.scopes.held) if one.scopes.held is not None else None,
        "missing": list(one.scopes.missing),
        "excess": list(one.scopes.excess),
    }


def _feature(row: FeatureScopes) -> dict[str, Any]:
    return {
        "feature": str(row.feature),
        "label": row.label,
        "possible": row.possible,
        "needed": [
            {"scope": s.need.name, "purpose": s.need.purpose, "held": s.held} for s in row.needs
        ],
        "missing": [s.need.name for s in row.needs if s.held is False],
        "impossible": list(row.impossible),
    }


def _plan_text(plan: ScopePlan) -> str:
    lines = []
    for form in plan.forms:
        lines.append(f"{form.form_name}  ({form.form_id})")
        for row in form.features:
            if row.feature in plan.asked:
                lines += _row_lines(row)
        lines.append("")
    lines.append("All forms together")
    for row in plan.features:
        mark = "" if row.feature in plan.asked else "  (not asked for)"
        lines.append(f"  {POSSIBLE[row.possible]:<13}{row.feature:<12} {row.label}{mark}")
    lines.append("")
    lines += _words(plan)
    return "\n".join([*lines, *(f"{one.message} {one.cure}" for one in plan.findings)])


def _row_lines(row: FeatureScopes) -> list[str]:
    lines = [f"  {row.label}"]
    width = max((len(state.need.name) for state in row.needs), default=0)
    lines += [_need_line(state, width) for state in row.needs]
    lines += [f"    HubSpot has no scope for {what}." for what in row.impossible]
    return lines


def _need_line(state: NeedState, width: int) -> str:
    return f"    {HELD[state.held]:<10}{state.need.name:<{width}}  to {state.need.purpose}"


def _words(plan: ScopePlan) -> list[str]:
    missing, excess = plan.scopes.missing, plan.scopes.excess
    lines = []
    if plan.complete:
        lines.append("The token holds everything this takes.")
    elif missing:
        lines.append(f"Missing: {', '.join(missing)}.")
    if excess:
        lines.append(f"In excess, so that a stolen token would open more: {', '.join(excess)}.")
    elif plan.scopes.held is not None:
        lines.append("Nothing is in excess.")
    return lines


def _write(made: ProjectFiles, paths: Mapping[str, Path], *, force: bool) -> None:
    """All files, or none when one of them is there already and says something else."""
    texts = {name: json.dumps(file, indent=2) + "\n" for name, file in made.files.items()}
    try:
        different = [
            name
            for name, path in paths.items()
            if path.exists() and path.read_text(encoding="utf-8", errors="replace") != texts[name]
        ]
        if different and not force:
            raise UsageError(
                f"There already is another {' and '.join(different)}. Nothing was written. "
                "Choose another folder with --out, or write over with --force."
            )
        for name, path in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, texts[name])
    except OSError:
        raise UsageError("The folder of --out cannot be written. Check who may write it.") from None


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _config(made: ProjectFiles, name: str) -> Any:
    return made.files[name]["config"]


def _subscriptions(made: ProjectFiles) -> list[Any]:
    if "webhooks-hsmeta.json" not in made.files:
        return []
    return list(_config(made, "webhooks-hsmeta.json")["subscriptions"]["crmObjects"])


def _files_text(made: ProjectFiles, paths: Mapping[str, Path], laid_out: bool) -> str:
    lines = [f"Written: {path}" for path in paths.values()]
    if not laid_out:
        lines.append("In a HubSpot project they belong here:")
        lines += [f"  {PLACES[name]}" for name in paths]
    lines.append("The app asks for these scopes:")
    lines += [f"  {scope}" for scope in _config(made, "app-hsmeta.json")["auth"]["requiredScopes"]]
    if hears := _subscriptions(made):
        lines.append("It hears when these change:")
        lines += [f"  {one['objectType']} {one['propertyName']}" for one in hears]
    return "\n".join([*lines, *map(_sentence, made.findings)])


def _sentence(one: Finding) -> str:
    return f"{one.severity}: {one.message} {one.cure}"
