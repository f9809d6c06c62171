"""What apps keep in a module of an agreed name (`jobs`, `kinds`, `integrity` …): tables of contents, found by name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule


def modules_named(name: str) -> Iterator[ModuleType]:
    """The module `name` of every app of the portal that has one, in the order of the house."""
    for config in apps.get_app_configs():
        if config.name.startswith("portal.") and module_has_submodule(config.module, name):
            yield import_module(f"{config.name}.{name}")
