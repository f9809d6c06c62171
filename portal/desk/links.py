"""The form in which editors type a link to elsewhere."""

from __future__ import annotations

from typing import Any

from wagtail.admin.forms.choosers import ExternalLinkChooserForm, URLOrAbsolutePathField


class AddressField(URLOrAbsolutePathField):
    """Wagtail's own field fails where a form has no address at all, instead of asking for it."""

    def to_python(self, value: Any) -> str:
        return super().to_python(value or "")


class ExternalLinkForm(ExternalLinkChooserForm):
    url = AddressField(label="网址")
