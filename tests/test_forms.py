"""What stands beside a field that is filled in wrongly: our own sentences, in every form there is."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise

import pages
import portal

PARAMS = dict.fromkeys(
    ("limit_value", "show_value", "max", "length", "value", "pk", "extension", "allowed_extensions", "min_days"), 3
)
LATIN = re.compile(r"[A-Za-z]{2,}")
ALLOWED_LATIN = {"https", "PDF", "JPG", "PNG", "DOCX", "XLSX", "MB", "Excel", "YAML", "Word"}


def every_form() -> list[type[forms.BaseForm]]:
    for package in (portal, pages):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not re.search(r"\.(migrations|management|wsgi)\b", module.name):
                importlib.import_module(module.name)
    found = {form for form in below(forms.BaseForm) if form.__module__.split(".")[0] in {"portal", "pages"}}
    return sorted(found, key=lambda form: f"{form.__module__}.{form.__qualname__}")


def below(kind: type) -> Iterator[Any]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def sentences(field: forms.Field) -> Iterator[str]:
    """Every sentence that a field or one of its validators can say."""
    messages: list[Any] = list(field.error_messages.values())
    messages += [message for check in field.validators if (message := getattr(check, "message", None)) is not None]
    for message in messages:
        if isinstance(message, str | Promise):
            yield str(ValidationError(message, params=PARAMS).messages[0])


def test_every_form_speaks_in_whole_chinese_sentences() -> None:
    wrong, count = set(), 0
    for form in every_form():
        for name, field in getattr(form, "base_fields", {}).items():
            for sentence in sentences(field):
                count += 1
                if not sentence and field.widget.is_hidden:
                    continue  # what no browser of ours sends is answered for the whole form
                if not sentence.endswith("。") or set(LATIN.findall(sentence)) - ALLOWED_LATIN:
                    wrong.add(f"{form.__name__}.{name}: {sentence}")
    assert count > 300
    assert not wrong, sorted(wrong)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (forms.CharField(), "", "这一项不能为空，请填写或者选择。"),
        (forms.CharField(max_length=120), "长" * 121, "最多120个字，现在有121个，请写短一些。"),
        (forms.CharField(), "示\x00例", "这里有看不见的、不能保存的字符，请删去后重新填写。"),
        (forms.IntegerField(min_value=0), "-1", "请填写大于或者等于0的数。"),
        (forms.IntegerField(), "x", "请填写整数。"),
        (forms.ChoiceField(choices=[("a", "甲")]), "b", "没有“b”这个选项，请从列表中选择。"),
    ],
)
def test_a_field_says_what_to_do(field: forms.Field, value: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    assert caught.value.messages == [sentence]


def test_an_ending_that_is_not_taken_is_answered_with_those_that_are() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.validators import FileExtensionValidator

    with pytest.raises(ValidationError) as caught:
        FileExtensionValidator(["pdf", "jpg"])(SimpleUploadedFile("示例.doc", b"x"))
    assert caught.value.messages == ["不能上传这种文件，请换成pdf, jpg文件。"]
