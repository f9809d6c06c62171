"""What every form of a verb shares."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from portal.lib.file_kinds import KINDS
from portal.lib.glyphs import why_not
from portal.lib.identity import PERSONS, choices_of
from portal.lib.words import visible
from portal.organisations.models import User

INCOMPLETE = "这张表单不完整，没有作任何改动。请刷新页面后重新填写。"


class VerbForm(forms.Form):
    """What every confirmation carries: the key that makes a double click harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, thing: Any = None, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.thing, self.user = thing, user

    def clean(self) -> dict[str, Any]:
        if "key" in self.errors:  # no browser of ours sends a form without it
            self.add_error(None, INCOMPLETE)
        return super().clean() or self.cleaned_data

    @property
    def once(self) -> str:
        return str(self.cleaned_data["key"])


class Words(forms.CharField):
    """What somebody types, without signs that nobody sees: a name or a reason made of those is none.

    It goes onto papers, so a sign that cannot be printed is named here, where another can still be typed.
    """

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text if "\x00" in text else visible(text)  # a NUL is told, not swallowed

    def validate(self, value: str) -> None:
        super().validate(value)
        if sentence := why_not(value):
            raise forms.ValidationError(sentence, code="unprintable")


def offer(form: forms.BaseForm, name: str, choices: QuerySet | list[tuple[str, str]]) -> None:
    """Put into a field what may be chosen there now: rows, or values with their labels."""
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField) and isinstance(choices, QuerySet):
        field.queryset = choices
    elif isinstance(field, forms.ChoiceField) and not isinstance(choices, QuerySet):
        field.choices = choices
    else:
        raise TypeError(f"{name} does not offer such choices")


MOST_FILES = 20
"""Files of one upload; the server would take a hundred, and a case two hundred altogether."""
ENDINGS = ",".join(sorted(KINDS))


class Files(forms.ClearableFileInput):
    """Several files in one go."""

    allow_multiple_selected = True


class OneFileField(forms.FileField):
    """A file of a case; the browser offers those that are taken."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ENDINGS


class FilesField(OneFileField):
    """One file or several; cleaned to a list."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = [super(FilesField, self).clean(one, initial) for one in data or [None]]
        if len(files) > MOST_FILES:
            raise ValidationError(f"一次最多上传{MOST_FILES}个文件，这次选择了{len(files)}个，请分几次上传。")
        return files


class ReasonForm(VerbForm):
    reason = Words(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class CollectorForm(VerbForm):
    """Who takes something home from a counter."""

    name = Words(label="领取人姓名", max_length=60)
    identity_kind = forms.ChoiceField(label="领取人证件", choices=choices_of(PERSONS))
    identity_number = Words(label="证件号码", max_length=40)
    authority = Words(
        label="代领依据", max_length=200, required=False, help_text="代领的，写明授权委托书的委托人、日期和权限。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["identity_number"].widget.attrs.update(autocomplete="off", spellcheck="false")
