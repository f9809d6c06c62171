"""设定依据: the law that an item rests on, as a guide tells it and as a decision cites it."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, model_validator

from portal.catalog.schema.procedure import UNVERIFIED
from portal.catalog.schema.questions import Part

_BASIS = re.compile(
    r"^(?P<law>《[^》]+》)(?:（(?P<document_number>[^）]*)）)?(?P<article>第(?:（[^）]*）|[^：（])*)?(?:：(?P<text>.*))?$"
)
"""A colon within brackets belongs to the article; the first one outside begins the words of the law."""


class LegalBasis(Part):
    """设定依据. A plain sentence such as 《…法》（国务院令第1号）第二条：… is taken apart as far as its form allows."""

    law: str = Field(min_length=1, max_length=300, title="法律法规名称")
    document_number: str = Field(default="", max_length=200, title="文号")
    article: str = Field(default="", max_length=200, title="条款号")
    text: str = Field(default="", max_length=3000, title="条款内容")
    issuer: str = Field(default="", max_length=100, title="颁布机关")
    effective: str = Field(default="", max_length=60, title="实施日期")

    @model_validator(mode="before")
    @classmethod
    def _from_sentence(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        found = _BASIS.match(data)
        return {key: value or "" for key, value in found.groupdict().items()} if found else {"law": data}

    def __str__(self) -> str:
        """As a guide says it; an article that nobody has verified yet says so."""
        open_question = f"（条款{UNVERIFIED}）" if self.article == UNVERIFIED else self.article
        return f"{self._numbered}{open_question}" + (f"：{self.text}" if self.text else "")

    @property
    def cited(self) -> str:
        """As a decision cites it, without the words of the article: 《…法》（国务院令第1号）第二条.

        A paper never prints a guess: an article that is marked 待核实 is left out.
        """
        return self._numbered + ("" if UNVERIFIED in self.article else self.article)

    @property
    def _numbered(self) -> str:
        return self.law + (f"（{self.document_number}）" if self.document_number else "")
