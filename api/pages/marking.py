"""Which words of a template are said to people, and how they are put into another language.

Nobody marks them by hand: what stands between tags, in attributes that are read out, and in quotes
where an expression shows it, is a message. A sentence is one message, with its values as ``{name}``
and its links and emphasis as tags without attributes. A template is put into a language as it is
compiled, so nothing is looked up while a page is drawn. It refuses a translation that has other
values or tags than the message: the page says it in English then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "br", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark"}
    | {"q", "s", "small", "span", "strong", "sub", "sup", "time"}
)
"""Elements that stand inside of a sentence."""
READ_OUT = "alt|aria-description|aria-label|aria-valuetext|data-label|label|placeholder|title"
"""Attributes whose words people see or hear."""

_EXPRESSION = r"\{\{.*?\}\}"
_TOKEN = re.compile(
    r"(?P<skip>\{#.*?#\}|<!--.*?-->|<!\w[^>]*>|<(?P<raw>script|style|svg)\b.*?</(?P=raw)>)"
    r"|(?P<statement>\{%.*?%\})"
    rf"|(?P<value>{_EXPRESSION})"
    r"|(?P<tag></?(?P<name>[a-zA-Z][\w-]*)(?:\{\{.*?\}\}|\{%.*?%\}|[^<>{]|\{(?![{%]))*>)"
    r"|(?P<text>(?:[^{<]|\{(?![{%#])|<(?![/!a-zA-Z]))+)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rf'(?<=\s)((?:{READ_OUT})=")((?:\{{\{{.*?\}}\}}|[^"{{])*)(")', re.DOTALL)
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'')
_TEXTY = re.compile(r"^[A-Z][a-z’']|[a-z,.:)] [a-zA-Z(]|^ ?\([a-z]+\)")
_OF_MACHINES = re.compile(
    r"\b(?:tc|nhsuk)-|^[/#?]|[a-z]=|%|^(?:aqua-green|blue|green|gr[ea]y|orange|red|yellow)$"
)
_COMPARED = re.compile(r"(?:==|!=|\[|\.get\(|\bin\s*[(\[][^)\]]*|\bin)\s*$")
_SHOWN = re.compile(r"(?:^\{\{-?|\belse|\bor|~|\()\s*$")
_LETTER = re.compile(r"[^\W\d_]")
_PLACE = re.compile(r"\{[a-z_0-9]+\}|</?[a-z]+[0-9]*>")

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a template: text, a value, a tag, or what no sentence goes across."""

    kind: str
    source: str
    name: str = ""

    @property
    def words(self) -> bool:
        return self.kind == "text" and bool(_LETTER.search(re.sub(r"&\w+;", "", self.source)))


@dataclass
class Message:
    """A sentence being read: its words, and what its places stand for."""

    text: str = ""
    places: dict[str, str] = field(default_factory=dict)

    def stand_for(self, name: str, source: str) -> str:
        """The place of this source; another one of the same name gets a number."""
        number = 1
        while (
            self.places.get(place := name if number == 1 else f"{name}{number}", source) != source
        ):
            number += 1
        self.places[place] = source
        return place


def translated(source: str, say: Say) -> str:
    """The template with its messages as ``say`` says them; what it says alike stays as it is."""
    run: list[Token] = []
    made: list[str] = []
    for token in _tokens(source):
        if token.kind in ("text", "value") or (token.kind == "tag" and token.name in INLINE):
            run.append(token)
            continue
        made.append(_run(run, say))
        run = []
        made.append(_alone(token, say))
    made.append(_run(run, say))
    return "".join(made)


def messages(source: str) -> list[str]:
    """Every message of a template, in its order."""
    found: list[str] = []

    def note(message: str) -> str:
        found.append(message)
        return message

    translated(source, note)
    return found


def fits(message: str, said: str) -> bool:
    """Whether a translation has the values and tags of its message, and brings nothing else."""
    plain = _PLACE.sub("", said)
    same = sorted(_PLACE.findall(message)) == sorted(_PLACE.findall(said))
    return same and not re.search(r"[<>{}]", plain)


def _said(message: str, say: Say) -> str:
    said = say(message)
    return said if fits(message, said) else message


def _tokens(source: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(source):
        kind = found.lastgroup or ""
        kind = next(k for k in ("skip", "statement", "value", "tag", "text") if found[k])
        yield Token(kind, found[0], (found["name"] or "").lower())


def _run(run: list[Token], say: Say) -> str:
    """Text, values and inline tags between two breaks: the sentences of it."""
    pairs = _pairs(run)
    whole = {*pairs, *pairs.values()}
    for at, token in enumerate(run):  # a tag whose other half is elsewhere is a break
        if token.kind == "tag" and at not in whole and token.name != "br":
            return _run(run[:at], say) + _alone(token, say) + _run(run[at + 1 :], say)
    first, last = 0, len(run) - 1
    while first <= last and not run[first].source.strip():
        first += 1
    while last >= first and not run[last].source.strip():
        last -= 1
    if first > last:
        return "".join(token.source for token in run)
    before = "".join(token.source for token in run[:first])
    after = "".join(token.source for token in run[last + 1 :])
    return before + _sentence(run[first : last + 1], say) + after


def _sentence(run: list[Token], say: Say) -> str:
    pairs = _pairs(run)
    top: list[tuple[int, int]] = []
    at = 0
    while at < len(run):
        end = pairs.get(at, at)
        top.append((at, end))
        at = end + 1

    def wordless(part: tuple[int, int]) -> bool:
        return not any(token.words or token.kind == "value" for token in run[part[0] : part[1] + 1])

    edges = [part for part in (top[0], top[-1]) if part[1] > part[0] and wordless(part)]
    if len(top) > 1 and edges:  # a dot or an arrow that no translator needs
        begin, end = edges[0]
        return (
            _run(run[:begin], say) + _plain(run[begin : end + 1], say) + _run(run[end + 1 :], say)
        )
    if not any(run[begin].words for begin, _ in top):
        return "".join(
            _alone(run[begin], say) + _run(run[begin + 1 : end], say) + _alone(run[end], say)
            if end > begin
            else _alone(run[begin], say)
            for begin, end in top
        )
    return _spoken(run, pairs, say)


def _spoken(run: list[Token], pairs: dict[int, int], say: Say) -> str:
    message = Message()
    closing: dict[int, str] = {}
    counts: Counter[str] = Counter()
    for at, token in enumerate(run):
        if token.kind == "text":
            message.text += token.source
        elif token.kind == "value":
            message.text += f"{{{message.stand_for(_name(token.source), _alone(token, say))}}}"
        elif at in closing:
            message.text += f"</{closing[at]}>"
            message.places[f"/{closing[at]}"] = token.source
        else:
            counts[token.name] += 1
            count = counts[token.name]
            name = token.name if count == 1 else f"{token.name}{count}"
            message.text += f"<{name}>"
            message.places[name] = _attributes(token.source, say)
            if at in pairs:
                closing[pairs[at]] = name
    text = " ".join(message.text.split())
    said = _said(text, say)
    if said == text:
        return "".join(_alone(token, say, quietly=True) for token in run)
    lead, tail = _edges(message.text)
    return lead + _PLACE.sub(lambda place: message.places[place[0].strip("{}<>")], said) + tail


def _pairs(run: list[Token]) -> dict[int, int]:
    """Where each opened inline tag is closed."""
    found: dict[int, int] = {}
    open_: list[int] = []
    for at, token in enumerate(run):
        if token.kind != "tag":
            continue
        if not token.source.startswith("</"):
            open_.append(at)
        elif open_ and run[open_[-1]].name == token.name:
            found[open_.pop()] = at
    return found


def _edges(text: str) -> tuple[str, str]:
    """The blanks before and after a text."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _plain(run: list[Token], say: Say) -> str:
    return "".join(_alone(token, say) for token in run)


def _alone(token: Token, say: Say, *, quietly: bool = False) -> str:
    if token.kind == "tag":
        return _attributes(token.source, say)
    if token.kind == "value":
        return _literals(token.source, say, shown=True)
    if token.kind == "statement" and not re.match(
        r"\{%-?\s*(?:extends|import|from|include|block)", token.source
    ):
        return _literals(token.source, say, shown=False)
    if token.words and not quietly:
        lead, tail = _edges(token.source)
        text = " ".join(token.source.split())
        said = _said(text, say)
        return token.source if said == text else lead + said + tail
    return token.source


def _attributes(tag: str, say: Say) -> str:
    def read_out(found: re.Match[str]) -> str:
        run = list(_tokens(found[2]))
        if not any(token.words for token in run):
            return found[1] + _plain(run, say) + found[3]
        said = _spoken(run, {}, lambda message: say(message).replace('"', "&quot;"))
        return found[1] + said + found[3]

    return _ATTRIBUTE.sub(read_out, tag)


def _literals(source: str, say: Say, *, shown: bool) -> str:
    """What an expression or a statement holds in quotes and shows."""

    def one(found: re.Match[str]) -> str:
        text = found[1] if found[1] is not None else found[2]
        before, after = source[: found.start()], source[found.end() :]
        key = re.match(r"\s*(?::|==|!=|\bin\b|\bnot in\b)", after) or _COMPARED.search(before)
        texty = bool(_TEXTY.search(text)) or (
            shown and bool(_LETTER.search(text)) and bool(_SHOWN.search(before))
        )
        if key or not texty or _OF_MACHINES.search(text) or not _LETTER.search(text):
            return found[0]
        words = text.strip()
        said = _said(words, say)
        if said == words:
            return found[0]
        said = text.replace(words, said).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{said}"'

    return _LITERAL.sub(one, source)


def _name(value: str) -> str:
    """What a value is called in a message: the last name of its expression."""
    expression = re.split(r"\||\bif\b|\bor\b", _LITERAL.sub("", value[2:-2]))[0]
    names = re.findall(r"[a-z_]{2,}", re.sub(r"\(.*", "", expression, flags=re.DOTALL))
    return names[-1].strip("_") if names else "value"
