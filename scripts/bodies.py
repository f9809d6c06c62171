"""A faulty body for a function that lives, so that a fault inside a function needs no new start."""

from __future__ import annotations

import gc
import itertools
from types import CodeType, FunctionType
from typing import Any

IN_A_FUNCTION = 0x1  # CO_OPTIMIZED: the body of a function, not of a class or a module


def bodies_that_differ(old: CodeType, new: CodeType) -> list[tuple[CodeType, CodeType]] | None:
    """Pairs of function bodies, old and new, that a fault changes; None when it changes what a module or class does.

    With a function come the functions inside it: a decorator's inner one lives on its own.
    """
    inner = list(itertools.zip_longest(children(old), children(new)))
    if any(one is None or other is None for one, other in inner):
        return None if not old.co_flags & IN_A_FUNCTION else [(old, new)]
    if old.co_flags & IN_A_FUNCTION:
        below = [bodies_that_differ(one, other) or [] for one, other in inner]
        return [(old, new), *itertools.chain(*below)]
    if own(old) != own(new):
        return None
    pairs: list[tuple[CodeType, CodeType]] = []
    for one, other in inner:
        if one != other:
            below_it = bodies_that_differ(one, other)
            if below_it is None:
                return None
            pairs += below_it
    return pairs


def children(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def own(code: CodeType) -> tuple[Any, ...]:
    """What a code object does by itself; 1 and True are equal, so the type is compared, too."""
    constants = [(type(one), one) for one in code.co_consts if not isinstance(one, CodeType)]
    return code.co_code, code.co_names, code.co_varnames, constants


def living(code: CodeType) -> list[FunctionType]:
    """The functions that have this body now."""
    at = (code.co_filename, code.co_qualname, code.co_firstlineno)
    return [
        thing
        for thing in gc.get_objects()
        if type(thing) is FunctionType  # `isinstance` wakes lazy objects
        and (thing.__code__.co_filename, thing.__code__.co_qualname, thing.__code__.co_firstlineno) == at
    ]


def put_in(pairs: list[tuple[CodeType, CodeType]]) -> bool:
    """Give every living function its new body; False when there is none, or one whose closure has another shape."""
    found = [(function, new) for old, new in pairs for function in living(old)]
    try:
        for function, new in found:
            function.__code__ = new
    except ValueError:
        return False
    return bool(found)
