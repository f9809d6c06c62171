"""Rules between the elements of an item (受理条件, 到场次数, 收费, 电话, 主题, 结果)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.catalog.judging.findings import Finding
from portal.catalog.schema.definition import ItemDefinition
from portal.catalog.schema.procedure import LICENCE

PHONE = re.compile(r"^(0\d{2,3}-?\d{7,8}(-\d{1,6})?|1\d{10}|1\d{2,4}|9\d{4}|400-?\d{3}-?\d{4}|800-?\d{3}-?\d{4})$")
"""With area code, or a mobile, or a short number such as 12345."""
PROOF = re.compile(r"(?:提交|提供|出具|持有)(?:由[^，。；]{1,15}(?:出具|核发|开具)的)?([^，。；、]{2,20}?证明)")
FINISH_OF = (("证", "出证办结"), ("批复", "审批办结"), ("文", "出文办结"))


def rules(item: ItemDefinition) -> Iterator[Finding]:
    """Rules 3 to 8 and 12 to 15 of the element list, in the order of the elements."""
    yield from _conditions(item)
    yield from _agent(item)
    yield from _topics(item)
    yield from _visits(item)
    yield from _fee(item)
    yield from _results(item)
    yield from _phones(item)
    yield from _licence(item)


def _conditions(item: ItemDefinition) -> Iterator[Finding]:
    names = [material.name for material in item.materials if len(material.name) > 3]
    listed = "".join(material.name + material.accept_standard for material in item.materials)
    for number, text in enumerate(item.conditions):
        place = f"conditions[{number}]"
        if inside := next((name for name in names if name.strip("《》") in text and "提交" in text), ""):
            yield Finding(
                place,
                "conditions.material",
                f"受理条件里写了材料“{inside}”。",
                "材料写在申报材料里，条件只写事实。",
                "warn",
            )
        for proof in PROOF.findall(text):
            if proof not in listed:
                yield Finding(
                    place,
                    "conditions.proof",
                    f"受理条件要求“{proof}”，申报材料里没有。",
                    "列入申报材料，或者从条件里删除。",
                )


def _agent(item: ItemDefinition) -> Iterator[Finding]:
    """Rules 12 and 15: who must come in person cannot be represented; who is of age has no guardian."""
    text = "".join(item.conditions)
    in_person = re.search(r"(本人|亲自).{0,4}(到场|到现场|到窗口|前往)", text)
    if item.agency and in_person:
        yield Finding("agency", "agency.in_person", "受理条件要求本人到场，又支持代办。", "删除其中一项。")
    everything = text + "".join(material.name + material.accept_standard for material in item.materials)
    if re.search(r"(年满|满)(18|十八)周?岁", text) and re.search(r"监护人.{0,4}(代办|代为|代理)", everything):
        yield Finding("conditions", "agency.guardian", "条件是年满18周岁，又写了监护人代办。", "删除其中一项。")


def _topics(item: ItemDefinition) -> Iterator[Finding]:
    """Rule 7: topics agree with whom the item serves."""
    bodies = set(item.service_objects) - {"自然人"}
    if item.topics_person and "自然人" not in item.service_objects:
        yield Finding("topics_person", "topics.person", "选了个人主题，服务对象里没有自然人。", "改正其中一项。")
    if item.topics_corp and item.service_objects and not bodies:
        yield Finding("topics_corp", "topics.corp", "选了法人主题，服务对象里没有法人。", "改正其中一项。")
    if not item.service_objects:
        yield Finding("service_objects", "topics.nobody", "没有选择服务对象。", "至少选择一类服务对象。", "warn")


def _visits(item: ItemDefinition) -> Iterator[Finding]:
    """Rule 4: nobody comes twice; who need not come files on line or by mail and gets the result otherwise."""
    if item.visits > 1:
        yield Finding(
            "visits", "visits.once", f"申请人要到现场{item.visits}次，不符合最多跑一次。", "减少到场次数。", "warn"
        )
    if item.visits == 0 and item.visits_reason:
        yield Finding("visits_reason", "visits.reason", "不用到场，却写了必须到场的原因。", "删除原因，或者改正次数。")
    if item.visits == 0 and item.delivery and all("窗口" in way for way in item.delivery):
        yield Finding(
            "visits",
            "visits.delivery",
            "填写了不用到场，但结果只能到窗口领取。",
            "增加邮寄等送达方式，或者改正到场次数。",
        )
    by_mail = item.mail_delivery or "快递" in item.channels or "邮寄" in item.delivery
    if item.visits == 0 and not item.online and not by_mail:
        yield Finding(
            "visits", "visits.how", "不用到场，又不能网上办理，也没有寄送渠道。", "开通网上办理或者快递，或者改正次数。"
        )
    if "办理" in item.online_depth and "结果反馈" in item.online_depth and item.visits:
        yield Finding("visits", "visits.online", "全程网办的事项不应要求到场。", "到场次数改为0。", "warn")


def _fee(item: ItemDefinition) -> Iterator[Finding]:
    """Rule 5; no charge without a basis in law (行政许可法 art. 58)."""
    fee = item.fee
    if fee.charged and not (fee.item and fee.standard and fee.basis):
        yield Finding(
            "fee", "fee.incomplete", "收费事项缺少收费项目、标准或者依据。", "三项都要填写；没有法律依据的不得收费。"
        )
    if not fee.charged and (fee.standard or fee.item):
        yield Finding("fee", "fee.not_charged", "不收费的事项填写了收费项目或者标准。", "删除收费内容，或者改为收费。")
    if not fee.charged and fee.online_pay:
        yield Finding("fee.online_pay", "fee.online_pay", "不收费的事项选了网上支付。", "取消网上支付。")
    if fee.reducible and not fee.reduction_basis:
        yield Finding("fee.reduction_basis", "fee.reduction", "允许减免，没有写减免依据。", "填写减免依据。")


def _results(item: ItemDefinition) -> Iterator[Finding]:
    """Rule 3: the name of a result says how the case ends; a result has a sample."""
    if not item.results:
        yield Finding("results", "results.none", "没有写审批结果。", "写明申请人得到什么证照或者文书。", "warn")
    for number, result in enumerate(item.results):
        fitting = next((finish for ending, finish in FINISH_OF if result.name.endswith(ending)), "")
        if result.finish and fitting and result.finish != fitting:
            yield Finding(
                f"results[{number}].finish",
                "results.finish",
                f"“{result.name}”应当是{fitting}，不是{result.finish}。",
                "改正办结方式。",
            )


def _phones(item: ItemDefinition) -> Iterator[Finding]:
    """Rule 6. An empty telephone means the centre's own, which is always there."""
    for name, text in (("consult", item.consult.phone), ("complain", item.complain.phone)):
        for number in re.split(r"[,;、，；/\s]+", text):
            if number and not PHONE.match(number):
                yield Finding(
                    f"{name}.phone", "phones.form", f"电话“{number}”不对。", "写带区号的固定电话，例如0575-12345678。"
                )
    if item.consult.phone and item.consult.phone == item.complain.phone:
        yield Finding("complain.phone", "phones.same", "监督投诉电话与咨询电话相同。", "填写受理投诉的机构的电话。")


def _licence(item: ItemDefinition) -> Iterator[Finding]:
    """Rule 8. The five links 受理, 审核, 审批, 办结, 送达 are steps or stand at their two ends."""
    if item.item_type != LICENCE:
        return
    if not item.faqs:
        yield Finding("faqs", "licence.faq", "行政许可至少要有一个常见问题。", "写一个申请人常问的问题。", "warn")
    if not item.legal_bases:
        yield Finding("legal_bases", "licence.basis", "行政许可没有设定依据。", "写明法律法规的名称和条款。")
    if not item.is_instant and len(list(item.route.steps())) + 3 < 5:
        yield Finding(
            "route",
            "route.five_steps",
            "行政许可的流程应至少写明5个步骤。",
            "补充受理、审核、审批、办结、送达。",
            "warn",
        )
