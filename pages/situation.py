"""情形引导 on the guide page: the questions with what was answered, and the list and route that follow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict
from wagtail.documents import get_document_model

from portal.catalog.papers.item_papers import copies_text
from portal.catalog.schema.answers import check_situation
from portal.catalog.schema.bringing import Bringing, Mark, bringing, marks
from portal.catalog.schema.definition import ItemDefinition, Material, ResultPaper
from portal.catalog.schema.questions import When


@dataclass(frozen=True)
class AskedMaterial:
    """A line of the list with the files that belong to it: (what it is, document), and when it applies, in words."""

    material: Material
    files: list[tuple[str, Any]]
    depends_on: str = ""
    marks: tuple[Mark, ...] = ()

    @property
    def copies(self) -> str:
        return copies_text(self.material)

    @property
    def may_follow(self) -> bool:
        return self.material.may_follow

    def __getattr__(self, name: str) -> Any:
        return getattr(self.material, name)


class Asked:
    """What a citizen answered in the address, and what applies to them. Unknown answers are no answers."""

    def __init__(self, definition: ItemDefinition, given: QueryDict) -> None:
        self.definition = definition
        answers = {question.key: given.getlist(question.key)[:20] for question in definition.questions}
        self.situation, _ = check_situation(definition.questions, answers)

    @property
    def is_complete(self) -> bool:
        return len(self.situation) == len(self.definition.questions)

    @cached_property
    def questions(self) -> list[dict[str, Any]]:
        rows = []
        for question in self.definition.questions:
            chosen = self.situation.get(question.key, [])
            chosen = chosen if isinstance(chosen, list) else [chosen]
            choices = [
                {"key": choice.key, "text": choice.text, "chosen": choice.key in chosen} for choice in question.choices
            ]
            kind = "checkbox" if question.multiple else "radio"
            rows.append(
                {"key": question.key, "text": question.text, "help": question.help, "kind": kind, "choices": choices}
            )
        return rows

    def may_apply(self, conditions: tuple[When, ...]) -> bool:
        """No answer given so far speaks against it."""
        return all(when.of not in self.situation or when.holds(self.situation) for when in conditions)

    @cached_property
    def materials(self) -> list[AskedMaterial]:
        lines = [line for line in self.definition.materials if self.may_apply(line.when)]
        named = [(line, kind, ref) for line in lines for kind, ref in _files(line)]
        documents = get_document_model().objects.in_bulk([ref.document for _, _, ref in named]) if named else {}
        return [
            AskedMaterial(
                line,
                [
                    (kind, documents[ref.document])
                    for owner, kind, ref in named
                    if owner is line and ref.document in documents
                ],
                self.definition.conditions_text(line.when),
                tuple(self._marks(line)),
            )
            for line in lines
        ]

    def _marks(self, line: Material) -> list[Mark]:
        """What stands beside the name; what everybody brings is said to be 必要."""
        return marks(line, self.situation) or ([Mark.REQUIRED] if line.necessity == "required" else [])

    @cached_property
    def bring(self) -> Bringing:
        return bringing((one.material for one in self.materials), self.situation)

    @cached_property
    def results(self) -> list[tuple[ResultPaper, Any]]:
        """What the applicant gets, with the document of its sample; None where there is none."""
        refs = [paper.sample.document for paper in self.definition.results if paper.sample]
        documents = get_document_model().objects.in_bulk(refs) if refs else {}
        return [
            (paper, documents.get(paper.sample.document) if paper.sample else None) for paper in self.definition.results
        ]

    @cached_property
    def route_definition(self) -> ItemDefinition:
        """The definition with the steps that apply, once every question is answered."""
        if not self.definition.questions or not self.is_complete:
            return self.definition
        stages = self.definition.stages_for(self.situation)
        if not stages:
            return self.definition
        route = self.definition.route.model_copy(update={"stages": stages})
        return self.definition.model_copy(update={"route": route})


def _files(material: Material) -> list[tuple[str, Any]]:
    found = (("空白表格", material.blank_form), ("示例样表", material.sample))
    return [(kind, ref) for kind, ref in found if ref is not None]
