"""A model field for several of a fixed list of words, ticked in the editor and kept as a JSON list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import models


class ChoicesField(models.JSONField):
    """Several of `choices`, in their order. A word that is no choice any more stays until somebody edits the list."""

    def __init__(self, *args: Any, words: list[str] | None = None, **kwargs: Any) -> None:
        self.words = words or []
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """The words are no part of the table, so changing them needs no migration."""
        return super().deconstruct()

    def formfield(self, **kwargs: Any) -> forms.Field:
        return forms.MultipleChoiceField(
            label=self.verbose_name,
            help_text=self.help_text,
            choices=[(word, word) for word in self.words],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
