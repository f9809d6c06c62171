"""What stands against publishing a theme (一件事), in words that its editor understands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping

from portal.catalog.judging.findings import Finding
from portal.catalog.schema.theme import ThemeDefinition


def theme_findings(
    theme: ThemeDefinition, *, items: Mapping[str, str], departments: Container[str], zones: Container[str]
) -> list[Finding]:
    """Everything wrong with a theme, in the order of its elements; an empty list is a pass.

    `items` are the names of the items that exist, by code; `departments` and `zones` the codes that exist.
    """
    return [
        *_names(theme, departments, zones),
        *_items(theme, items),
        *_stages(theme, items, departments),
        *_dependencies(theme, items),
        *_circles(theme, items),
        *_against_the_stages(theme, items),
    ]


def _named(items: Mapping[str, str], code: str) -> str:
    return f"“{items.get(code, code)}”"


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def _names(theme: ThemeDefinition, departments: Container[str], zones: Container[str]) -> Iterator[Finding]:
    if theme.zone not in zones:
        yield Finding("zone", "theme.zone", f"受理区“{theme.zone}”不存在。", "从受理区列表中选择。")
    if theme.lead not in departments:
        yield Finding("lead", "theme.lead", f"牵头部门“{theme.lead}”不存在。", "从单位列表中选择，或者先登记该单位。")


def _items(theme: ThemeDefinition, items: Mapping[str, str]) -> Iterator[Finding]:
    for at, code in enumerate(theme.items):
        if code not in items:
            yield Finding(
                f"items[{at}]", "theme.item", f"事项“{code}”不在事项目录中。", "先发布该事项，或者从主题中去掉。"
            )
    for code in _twice(theme.items):
        yield Finding("items", "theme.item_twice", f"事项{_named(items, code)}列了两次。", "只保留一次。")


def _stages(theme: ThemeDefinition, items: Mapping[str, str], departments: Container[str]) -> Iterator[Finding]:
    for name in _twice(stage.name for stage in theme.stages):
        yield Finding("stages", "theme.stage_twice", f"阶段“{name}”列了两次。", "合并，或者改名。")
    for at, stage in enumerate(theme.stages):
        for code in stage.leads:
            if code not in departments:
                sentence = f"阶段“{stage.name}”的牵头部门“{code}”不存在。"
                yield Finding(f"stages[{at}].leads", "theme.stage_lead", sentence, "从单位列表中选择。")
        for code in stage.items:
            if code not in theme.items:
                sentence = f"阶段“{stage.name}”中的事项{_named(items, code)}不在本主题的事项中。"
                mend = "把该事项加入本主题，或者从阶段中去掉。"
                yield Finding(f"stages[{at}].items", "theme.stage_stranger", sentence, mend)
        for code in stage.alternatives:
            if code not in items:
                sentence = f"阶段“{stage.name}”中可替代的事项“{code}”不在事项目录中。"
                yield Finding(f"stages[{at}].alternatives", "theme.stage_alternative", sentence, "先发布该事项。")
    for code in _twice(code for stage in theme.stages for code in stage.items):
        yield Finding(
            "stages", "theme.item_in_two_stages", f"事项{_named(items, code)}在阶段中列了两次。", "只放在一个阶段。"
        )
    staged = {code for stage in theme.stages for code in stage.items}
    for code in theme.items if theme.stages else ():
        if code not in staged:
            sentence = f"事项{_named(items, code)}不属于任何阶段。"
            yield Finding("stages", "theme.uncovered", sentence, "把它放进一个阶段，或者从主题中去掉。")


def _dependencies(theme: ThemeDefinition, items: Mapping[str, str]) -> Iterator[Finding]:
    for code in _twice(row.item for row in theme.requires):
        sentence = f"事项{_named(items, code)}的先后关系写了两次。"
        yield Finding("requires", "theme.requires_twice", sentence, "合并为一条。")
    for at, row in enumerate(theme.requires):
        for code in dict.fromkeys((row.item, *row.after)):
            if code not in theme.items:
                sentence = f"先后关系中的事项{_named(items, code)}不在本主题的事项中。"
                mend = "把该事项加入本主题，或者从先后关系中去掉。"
                yield Finding(f"requires[{at}]", "theme.requires_stranger", sentence, mend)


def _circles(theme: ThemeDefinition, items: Mapping[str, str]) -> Iterator[Finding]:
    for circle in circles(theme):
        named = [_named(items, code) for code in circle]
        if len(circle) == 1:
            sentence = f"{named[0]}不能以自己为前提。"
        elif len(circle) == 2:
            sentence = f"{named[0]}与{named[1]}互为前提。"
        else:
            sentence = f"{'、'.join(named)}依次互为前提，成了一个圈。"
        yield Finding("requires", "theme.circle", sentence, "去掉其中一条先后关系。")


def circles(theme: ThemeDefinition) -> list[tuple[str, ...]]:
    """Every group of items that wait for each other, once; found by walking each dependency in depth."""
    found: dict[frozenset[str], tuple[str, ...]] = {}
    finished: set[str] = set()
    for start in (row.item for row in theme.requires):
        trail, waiting = [start], [iter(theme.after(start))]
        while waiting:
            code = next(waiting[-1], None)
            if code is None:
                finished.add(trail.pop())
                waiting.pop()
            elif code in trail:
                circle = tuple(trail[trail.index(code) :])
                found.setdefault(frozenset(circle), circle)
            elif code not in finished:
                trail.append(code)
                waiting.append(iter(theme.after(code)))
    return list(found.values())


def _against_the_stages(theme: ThemeDefinition, items: Mapping[str, str]) -> Iterator[Finding]:
    place = {code: at for at, stage in enumerate(theme.stages) for code in stage.items}
    for at, row in enumerate(theme.requires):
        for before in row.after:
            if place.get(before, 0) > place.get(row.item, len(theme.stages)):
                names = (theme.stages[place[row.item]].name, theme.stages[place[before]].name)
                sentence = (
                    f"{_named(items, row.item)}在“{names[0]}”阶段，"
                    f"却要等后面“{names[1]}”阶段的{_named(items, before)}办结。"
                )
                yield Finding(f"requires[{at}]", "theme.stage_order", sentence, "改正阶段，或者去掉这条先后关系。")
