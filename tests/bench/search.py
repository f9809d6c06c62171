"""Search over more and more items: how its time grows from 300 to 30,000, top 10, ranked.

`BENCH_SEARCH_SIZES=30,300` tries it small. The items are synthetic index rows: names made of the words of the trade, so
that a query finds about the same share of them at every size.
"""

from __future__ import annotations

import os
import time
from itertools import product

from django.db import transaction
from django.utils import timezone

from portal.catalog.finding.asking import search
from portal.catalog.finding.models import Entry, Facet, Mark, text_index
from portal.catalog.models import ServiceItem
from portal.lib.search import pinyin
from portal.lib.search.text import key, pairs, tokens

SIZES = tuple(int(size) for size in os.environ.get("BENCH_SEARCH_SIZES", "300,3000").split(","))
GOAL = 3.0
ROUNDS = 15
QUERIES = (
    "施工许可",
    "许可",
    "sgxk",
    "shigongxuke",
    "开饭店",
    "zz-0012",
    "登记 变更",
    "市建设局",
    "施工客可证",
    "我想在码头边上开个饭店，先要办什么手续",
    "漁業養殖許可",
    "business license",
    "火星探测",
)
PLACES = (
    "城镇乡村港口航道公路铁路机场园区校园医院商场市场码头水库河道"
    "林地草地矿山油库电站桥梁隧道广场公园仓库车站渔港牧场茶园果园"
)
SUBJECTS = (
    "施工经营排水燃气供水供电消防环保规划用地卫生食品药品运输客运货运广告演出出版培训"
    "教育测绘勘察设计监理拆除爆破采矿取水养殖种子饲料兽药农药林木渔业船舶船员车辆驾驶"
)
ACTS = "许可登记备案审批核准变更注销延续补办年检确认验收认定鉴定检测公示查询评审评价报装转让抵押租赁设立撤销"
"""Words of two characters: 30 places × 40 subjects × 25 acts make 30,000 different names."""


def names(count: int) -> list[str]:
    """The first `count` of the names, spread over all words whatever the count."""
    words = ([text[at : at + 2] for at in range(0, len(text), 2)] for text in (ACTS, SUBJECTS, PLACES))
    every = [f"{place}{subject}{act}" for act, subject, place in product(*words)]
    step = 7919  # prime to 30,000, so each name comes once
    return [every[n * step % len(every)] for n in range(count)]


def fill(first: int, last: int) -> None:
    """Items number `first` to `last` and their entries, without editions: what the index holds, made in bulk."""
    pattern = ServiceItem.objects.select_related("zone", "lead").first()
    made = names(last)[first:last]
    items = [
        ServiceItem(code=f"ZZ-{first + n:04d}", name=name, zone=pattern.zone, lead=pattern.lead)
        for n, name in enumerate(made)
    ]
    items = ServiceItem.objects.bulk_create(items, batch_size=500)
    departments = [pattern.lead.short_name, pattern.lead.full_name]
    entries, documents = [], {}
    for n, item in enumerate(items):
        code = key(item.code)
        entries.append(
            Entry(
                item=item,
                code_key=code,
                name_key=key(item.name),
                name_length=len(item.name),
                letter=pinyin.letter(item.name),
                az=pinyin.sort_key(item.name),
                rank=first + n,
            )
        )
        documents[item.pk] = {
            "name": tokens(item.name),
            "lead": tokens(departments[n % 2]) if n % 20 == 0 else (),
            "text": tokens(f"{item.name}申请表营业执照身份证"),
            "code": pinyin.tails(list(code)),
            "pinyin": pinyin.spellings(item.name),
            "whole": pinyin.whole_spellings(item.name),
            "pairs": pairs(item.name),
            "told": pairs("申请表营业执照身份证"),
            "body": pairs("场地使用证明在有效期内，法定代表人签字并加盖公章"),
            "sound": pinyin.half_heard(item.name),
        }
    Entry.objects.bulk_create(entries, batch_size=500)
    Mark.objects.bulk_create((Mark(entry=e, facet=Facet.LETTER, value=e.letter) for e in entries), batch_size=500)
    text_index().put(documents)


def seconds(text: str) -> float:
    """The shortest of some rounds: what the work takes when nothing else does."""
    measured = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        search(text, limit=10)
        measured.append(time.perf_counter() - began)
    return min(measured)


def report() -> list[str]:
    """One line for the growth of the sum over all queries, one for the slowest query."""
    times: dict[int, dict[str, float]] = {}
    began = timezone.now()
    with transaction.atomic():
        there = 0
        for size in SIZES:
            fill(there, size)
            there = size
            search(QUERIES[0])
            times[size] = {text: seconds(text) for text in QUERIES}
        transaction.set_rollback(True)
    sums = [sum(times[size].values()) for size in SIZES]
    growth = sums[-1] / sums[0]
    verdict = "ok  " if growth <= GOAL else "MISS"
    each = "，".join(f"{size}: {total / len(QUERIES) * 1000:.1f} ms" for size, total in zip(SIZES, sums, strict=True))
    worst = max(QUERIES, key=lambda text: times[SIZES[-1]][text])
    return [
        f"{verdict}  search, top 10 of {len(QUERIES)} queries, {SIZES[0]} to {SIZES[-1]} items: {growth:.1f}× the time "
        f"(goal <= {GOAL:.0f}×); {each}",
        f"      slowest at {SIZES[-1]}: {worst} {times[SIZES[-1]][worst] * 1000:.1f} ms "
        f"(at {SIZES[0]}: {times[SIZES[0]][worst] * 1000:.1f} ms); took {(timezone.now() - began).seconds} s",
    ]
