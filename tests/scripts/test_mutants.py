"""Mutants: a fault inside a function is put into the living function, anything else is not taken for one."""

from __future__ import annotations

from types import ModuleType

import pytest

from scripts.bodies import bodies_that_differ, put_in

WHOLE = """
from functools import wraps

LIMIT = 5

def counted(verb):
    @wraps(verb)
    def inner(value):
        return verb(value) + 1
    return inner

class Clock:
    unit = 1

    def late(self, days):
        return days > LIMIT

@counted
def doubled(value):
    return value * 2

held = Clock().late
"""


def made(source: str) -> ModuleType:
    module = ModuleType("whole")
    exec(compile(source, "whole.py", "exec"), module.__dict__)
    return module


def with_fault(old: str, new: str) -> bool | None:
    """Whether the fault went into the living functions of `module`; None when it is none of a function."""
    assert WHOLE.count(old) == 1
    pairs = bodies_that_differ(*(compile(text, "whole.py", "exec") for text in (WHOLE, WHOLE.replace(old, new))))
    return None if pairs is None else put_in(pairs)


def test_a_fault_reaches_functions_methods_and_what_somebody_holds_of_them() -> None:
    module = made(WHOLE)
    assert (module.held(5), module.doubled(3)) == (False, 7)
    assert with_fault("days > LIMIT", "days >= LIMIT") is True
    assert (module.held(5), module.Clock().late(5), module.doubled(3)) == (True, True, 7)
    assert with_fault("value * 2", "value + 2") is True
    assert module.doubled(3) == 6


def test_a_fault_in_a_decorator_reaches_what_it_has_decorated() -> None:
    module = made(WHOLE)
    assert with_fault("verb(value) + 1", "verb(value) - 1") is True
    assert module.doubled(3) == 5


@pytest.mark.parametrize("old, new", [("LIMIT = 5", "LIMIT = 6"), ("unit = 1", "unit = 2"), ("@counted\n", "")])
def test_what_a_module_or_a_class_does_when_it_is_imported_is_no_fault_of_a_function(old: str, new: str) -> None:
    assert with_fault(old, new) is None


def test_a_body_that_no_function_has_is_not_put_in() -> None:
    pairs = bodies_that_differ(*(compile(text, "nowhere.py", "exec") for text in (WHOLE, WHOLE.replace("* 2", "+ 2"))))
    assert pairs
    assert put_in(pairs) is False
