"""What a fee comes to, on papers that froze it when they were issued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from portal.catalog.schema.definition import Fee

register = template.Library()


@register.filter
def fee_text(frozen: Mapping[str, Any]) -> str:
    """`{{ fee|fee_text }}`: 不动产登记费：每件80元, or 不收费."""
    return _read(frozen).text


@register.filter
def before_pickup(frozen: Mapping[str, Any]) -> str:
    """`{{ fee|before_pickup }}`: 领取前须缴清不动产登记费; empty where nothing is charged."""
    return _read(frozen).before_pickup


def _read(frozen: Mapping[str, Any]) -> Fee:
    """A paper may be older than an element of the schema, so only what is said is read."""
    return Fee(charged=frozen["charged"], item=frozen.get("item", ""), standard=frozen.get("standard", ""))
