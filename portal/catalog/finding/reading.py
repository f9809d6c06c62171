"""What a question is about: the words around the matter (我想…要办什么手续) are left out, what remains is asked."""

from __future__ import annotations

import re

from portal.lib.search.text import Query, is_latin, scripts

CALLS = "请问一下|麻烦问一下|我问一下|问一下|请问|你好|您好|同志|师傅|老师|麻烦|那个|哎呀|哎"
WISHES = (
    "我想要|我想|我要|我们要|我们想|我们|咱们|我家|本人|想要|打算|准备|需要|想|老板让我|让我|帮我|给我|我|自己|人家|他们|"
    "别人|谁"
)
ASKING = (
    "怎么办理|怎么申请|怎么样|怎么个|怎么走|怎么弄|怎么报|怎么批|怎么|怎样|怎麽|如何|咋办|咋|为什么|什么时候|什么|多少钱|多少|多久|多长时间|"
    "几天|几个工作日|几份|几个|几号|分几步|哪些|哪里|哪儿|哪个|哪一关|哪|能不能|可不可以|行不行|是不是|会不会|有没有|要不要|用不用|"
    "可以|能|吗|呢|吧|呀|啊|嘛|么"
)
DOING = (
    "要办|要带|要交|要先|先要|要去|要到|去办|来办|办理|办下来|申办|申请|办手续|手续|流程|步骤|材料清单|材料|资料|东西|"
    "在哪|到哪|去哪|找谁|跟谁|叫|先去|先到|先|再|还|也|都|就|一共|一块儿|一起|以后|之后|现在|接下来|下一步|已经|刚|快要"
)
JOINING = (
    "的话|的|了|着|过来|这个|这边|那边|那块|这块|那种|这种|这儿|这里|那里|这|那|个(?![体人])|一家|一下|一个|一套|一块|一段|"
    "家(?=[^具])"
)
FILLERS = re.compile("|".join((CALLS, WISHES, ASKING, DOING, JOINING)))
"""Left out wherever they stand, the longest first within a group. Two words that are parted by one stay apart."""
DANGLING = re.compile("^[要去到在把被给和跟是有来让从向按]+|[要去到在把给和跟是有来办]+$")
ENGLISH_FILLERS = frozenset(
    """a an the i we my our me you to for of in on at with and or how what where when which who do does did can could is
    are be want need would like get have apply application please new start starting open opening set up""".split()  # noqa: SIM905
)


def matters(query: Query) -> tuple[str, ...]:
    """The words of a question without those around the matter: 我想开饭店要什么材料 → 开饭店. Empty when nothing is
    left."""
    if is_latin(query.key):
        return tuple(word for word in query.words if word not in ENGLISH_FILLERS)
    found: list[str] = []
    for word in query.words:
        for rest in FILLERS.sub(" ", word).split():
            found.append(DANGLING.sub("", rest))
    return tuple(dict.fromkeys(word for word in found if len(word) > 1 or is_latin(word) and word))


def without_fillers(query: Query) -> str | None:
    """The same as one line; None when nothing is left or nothing was taken away."""
    after = " ".join(matters(query))
    return after if after and after != " ".join(query.words) and len(after) > 1 else None


def chinese(words: tuple[str, ...]) -> list[str]:
    """The runs of Chinese characters in these words."""
    return [run for word in words for run in scripts(word) if not is_latin(run)]
