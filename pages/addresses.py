"""Every address that an editor can type: read for the health report, judged before anything is saved."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html import unescape
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField

from portal.lib.links import REFUSED, addresses_in, holds_link, is_link


class CheckedLinks(models.Model):
    """A model whose addresses are judged whenever its fields are: no form and no import keeps another kind of link."""

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        faults: dict[str, Any] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            faults = error.update_error_dict(faults)
        for one in self._meta.concrete_fields:
            skipped = one.name in faults or one.name in (exclude or ())
            if not skipped and any(not stands(one, address) for address in typed(one, one.value_from_object(self))):
                faults[one.name] = [ValidationError(REFUSED, code="link")]
        if faults:
            raise ValidationError(faults)


def stands(one: models.Field, address: str) -> bool:
    """Whether this field may hold this address; a rich text may also lead to a place inside the portal."""
    return is_link(unescape(address).strip(), inside=not is_address(one))


def is_address(one: models.Field) -> bool:
    """Whether a field holds one address and nothing else."""
    return isinstance(one, models.URLField) or (isinstance(one, models.CharField) and holds_link(one.name))


def typed(one: models.Field, value: Any) -> Iterator[str]:
    """The addresses in a field, as somebody typed them; none in a field of another kind."""
    if not value:
        return
    if isinstance(one, RichTextField):
        yield from addresses_in(value)
    elif isinstance(one, StreamField):
        yield from _in_block("", one.stream_block, value)
    elif is_address(one):
        yield value


def is_address_block(name: str, block: blocks.Block) -> bool:
    return isinstance(block, blocks.URLBlock) or (isinstance(block, blocks.CharBlock) and holds_link(name))


def _in_block(name: str, block: blocks.Block, value: Any) -> Iterator[str]:
    """Addresses in a block and those inside it."""
    if not value:
        return
    if isinstance(block, blocks.StreamBlock | blocks.ListBlock):
        children = value if isinstance(block, blocks.StreamBlock) else value.bound_blocks
        for child in children:
            yield from _in_block(child.block.name, child.block, child.value)
    elif isinstance(block, blocks.StructBlock) and hasattr(value, "bound_blocks"):
        for key, child in value.bound_blocks.items():
            yield from _in_block(key, child.block, child.value)
    elif isinstance(block, blocks.RichTextBlock):
        yield from addresses_in(value.source)
    elif is_address_block(name, block):
        yield str(value)
