"""Elements that are sets: several of some words, of which none comes first.

They have one order, that of the list they are chosen from, wherever they come from (the editor's boxes, a workbook,
YAML): otherwise the next edition, and the handbook after it, would tell of changes that nobody made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator

from portal.catalog.schema import choices


def _in_order_of(words: Iterable[str] = ()) -> AfterValidator:
    """Known words in their order, the others behind them by their spelling; each once."""
    rank = {word: number for number, word in enumerate(words)}

    def in_order(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(values), key=lambda value: (rank.get(value, len(rank)), value)))

    return AfterValidator(in_order)


Bodies = Annotated[tuple[str, ...], _in_order_of()]
"""Codes of organisations; what they are called may change, so their codes give the order."""
ServiceObjects = Annotated[tuple[str, ...], _in_order_of(choices.SERVICE_OBJECTS)]
TopicsPerson = Annotated[tuple[str, ...], _in_order_of(choices.TOPICS_PERSON)]
TopicsCorp = Annotated[tuple[str, ...], _in_order_of(choices.TOPICS_CORP)]
Channels = Annotated[tuple[str, ...], _in_order_of(choices.CHANNELS)]
OnlineDepths = Annotated[tuple[str, ...], _in_order_of(choices.ONLINE_DEPTHS)]
Deliveries = Annotated[tuple[str, ...], _in_order_of(choices.DELIVERIES)]
PayMethods = Annotated[tuple[str, ...], _in_order_of(choices.PAY_METHODS)]
