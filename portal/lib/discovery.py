"""What apps keep in a module of an agreed name (`jobs`, `kinds`, `integrity` …): tables of contents, found by name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule

OURS = frozenset({"portal", "pages"})


def modules_named(name: str) -> Iterator[ModuleType]:
    """The module `name` of every app of ours that has one, in the order of the house."""
    for config in apps.get_app_configs():
        if config.name.split(".")[0] in OURS and module_has_submodule(config.module, name):
            yield import_module(f"{config.name}.{name}")
