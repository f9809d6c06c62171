"""Findings beside the field they speak of, down to the block and its sub-field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from wagtail import blocks
from wagtail.blocks.list_block import ListBlockValidationError
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.fields import StreamField

from pages.guide_fields import DESK_STEPS, LIMITS, PARTS, RENAMED
from portal.catalog.judging.findings import Finding, path_of

Path = tuple[str | int, ...]


def form_path(path: Path) -> Path:
    """Where on the page an element of the definition is edited: ("route", "stages", 1) → ("stages", 1)."""
    if not path:
        return ()
    first, rest = str(path[0]), path[1:]
    if first == "route":
        if rest and rest[0] in DESK_STEPS:
            return (f"{DESK_STEPS[str(rest[0])]}_{rest[1] if len(rest) > 1 else 'name'}",)
        return ("stages", *rest[1:])
    if first in LIMITS:
        return (f"{LIMITS[first]}_{rest[0] if rest else 'value'}",)
    if first in PARTS:
        shown = {"fee": "charged", "place": "address"}.get(first, "phone")
        return (f"{first}_{rest[0] if rest else shown}",)
    return (RENAMED.get(first, first), *rest)


def add_findings(form: Form, findings: Iterable[Finding]) -> None:
    """Put every blocking finding on the form: on its block, else on its field, else above the form."""
    streams: dict[str, dict[Any, Any]] = {}
    for finding in findings:
        if not finding.blocks:
            continue
        sentence = finding.told
        path = form_path(path_of(finding.field))
        name = str(path[0]) if path else ""
        if name not in form.fields:
            form.add_error(None, f"{finding.place}：{sentence}")
        elif _is_stream(form, name):
            _plant(streams.setdefault(name, {}), path[1:], sentence)
        else:
            form.add_error(name, sentence)
    for name, tree in streams.items():
        form.add_error(name, _grown(_stream_block(form, name), tree))


def _is_stream(form: Any, name: str) -> bool:
    return isinstance(form.instance._meta.get_field(name), StreamField)


def _stream_block(form: Any, name: str) -> blocks.StreamBlock:
    return form.instance._meta.get_field(name).stream_block


def _plant(tree: dict[Any, Any], path: Path, sentence: str) -> None:
    """Hang a sentence at the end of its path; sentences stand under None."""
    for piece in path:
        tree = tree.setdefault(piece, {})
    tree.setdefault(None, []).append(sentence)


def _grown(block: blocks.Block, tree: dict[Any, Any]) -> ValidationError:
    """The tree as the nested error that this kind of block shows beside its parts."""
    own = list(tree.get(None, []))
    inner: dict[Any, ValidationError] = {}
    for piece, branch in tree.items():
        if piece is None:
            continue
        child = _child(block, piece)
        if child is None:  # an element that the editor does not show by itself
            own += _sentences(branch)
        else:
            inner[piece] = _grown(child, branch)
    errors = [ValidationError(sentence) for sentence in own]
    if isinstance(block, blocks.StreamBlock):
        return StreamBlockValidationError(block_errors=inner, non_block_errors=errors)
    if isinstance(block, blocks.StructBlock):
        return StructBlockValidationError(block_errors=inner, non_block_errors=errors)
    if isinstance(block, blocks.ListBlock):
        return ListBlockValidationError(block_errors=inner, non_block_errors=errors)
    return ValidationError("".join(own))


def _child(block: blocks.Block, piece: Any) -> blocks.Block | None:
    if isinstance(block, blocks.StreamBlock) and isinstance(piece, int):
        return next(iter(block.child_blocks.values()))
    if isinstance(block, blocks.ListBlock) and isinstance(piece, int):
        return block.child_block
    if isinstance(block, blocks.StructBlock):
        found = block.child_blocks.get(piece)
        return None if piece == "key" else found
    return None


def _sentences(tree: dict[Any, Any]) -> list[str]:
    found = list(tree.get(None, []))
    for piece, branch in tree.items():
        if piece is not None:
            found += _sentences(branch)
    return found
