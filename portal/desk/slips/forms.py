"""What is filled in when papers change hands."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.desk.base.forms import VerbForm, Words


class SignForm(VerbForm):
    matches = forms.ChoiceField(
        label="核对", choices=[("yes", "与交接单一致，无误"), ("no", "有差异")], widget=forms.RadioSelect, initial="yes"
    )
    difference = Words(
        label="差异", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="逐项写明。"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("matches") == "no" and not data.get("difference"):
            self.add_error("difference", "有差异的，请逐项写明。")
        return data


class ShelfForm(VerbForm):
    shelf = Words(label="存放位置", max_length=40, help_text="例如：A架3层12格。")
