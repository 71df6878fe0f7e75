"""The things that a page describes in JSON-LD, microdata and RDFa Lite, as JSON-LD has them.

A thing is a dict: ``@type`` (names without their vocabulary), ``@id``, and properties whose
values are texts, things, or lists of these. https://www.w3.org/TR/json-ld11/,
https://html.spec.whatwg.org/multipage/microdata.html, https://www.w3.org/TR/rdfa-lite/

extruct reads all three, with lxml and rdflib, and takes longer than all else that a page costs;
what pictures need of them are names and values, and the tree is there already.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from imagecrawler.discovery.enclosing import Enclosing
from imagecrawler.discovery.metadata import collapsed

Thing = dict[str, Any]

MAX_JSON_CHARS = 2_000_000
_MAX_NODES = 20_000
_JSON_LD = 'script[type*="ld+json" i]'
_BEFORE_JSON = re.compile(r"\s*+(?:<!--|//\s*+<!\[CDATA\[|/\*\s*+<!\[CDATA\[\s*+\*/)")
_SPACE = " \t\r\n;"
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_LITERALS = frozenset(("attributionName", "name", "title", "caption", "description"))
_ADDRESSES = {
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src"),
    **dict.fromkeys(("a", "area", "link"), "href"),
    "object": "data",
}


def json_ld_things(tree: LexborHTMLParser) -> Iterator[Thing]:
    """Yield the outermost things of all JSON-LD scripts; what is no JSON is left out."""
    left = MAX_JSON_CHARS
    for node in tree.css(_JSON_LD):
        text = node.text()
        left -= len(text)
        if left < 0:
            return
        yield from _dicts(_parsed(text))


def microdata_things(tree: LexborHTMLParser) -> list[Thing]:
    """Return the things of all ``itemscope`` elements; one within another is its value too."""
    nodes = tree.css("[itemscope],[itemprop]")[:_MAX_NODES]
    scopes = {n.mem_id: _item(n) for n in nodes if "itemscope" in n.attributes}
    references = _references(nodes, scopes)
    around = _referring(scopes, references)
    for node in nodes:
        names = (node.attributes.get("itemprop") or "").split()
        owner = _owner_of(node, references, around) if names else None
        if owner is None:
            continue
        value = scopes.get(node.mem_id) or _microdata_value(node)
        for name in names[:10]:
            _add(owner, name, value)
    return list(scopes.values())


def rdfa_things(tree: LexborHTMLParser) -> list[Thing]:
    """Return the things of all ``typeof`` and ``about`` elements."""
    nodes = tree.css("[typeof],[about],[property],[rel~=license]")[:_MAX_NODES]
    scopes = {n.mem_id: _resource(n) for n in nodes if {"typeof", "about"} & n.attributes.keys()}
    around = _referring(scopes, {})
    for node in nodes:
        attributes = node.attributes
        names = (attributes.get("property") or "").split()
        if "license" in (attributes.get("rel") or "").lower().split():
            names.append("license")
        has_own = "about" in attributes and "typeof" not in attributes
        owner = scopes[node.mem_id] if has_own else around.of(node)
        if not names or owner is None:
            continue
        value = None if has_own else scopes.get(node.mem_id)
        for name in names[:10]:
            _add(owner, name, value or _rdfa_value(node, _last_word(name)))
    return list(scopes.values())


def type_names(thing: Thing) -> set[str]:
    """Return the types of a thing in small letters, without their vocabulary."""
    types = thing.get("@type")
    types = types if isinstance(types, list) else [types]
    return {_last_word(text).lower() for text in types[:20] if isinstance(text, str)}


def _dicts(value: Any) -> Iterator[Thing]:
    if isinstance(value, list):
        for entry in value[:_MAX_NODES]:
            if isinstance(entry, dict):
                yield entry
    elif isinstance(value, dict):
        yield value


def _parsed(text: str) -> Any:
    bare = _bare(text)
    # As it is; without the commas that JavaScript allows; escaped as if it were HTML.
    for repair in (str, lambda t: _TRAILING_COMMA.sub(r"\1", t), html.unescape):
        try:
            return json.loads(repair(bare), strict=False)
        except (ValueError, RecursionError):  # the latter: nested without end
            continue
    return None


def _bare(text: str) -> str:
    """Return JSON without the comment or CDATA marks that hide it from other readers."""
    before = _BEFORE_JSON.match(text)
    bare = (text[before.end() :] if before else text).strip(_SPACE)
    for mark in ("-->", "*/", "]]>", "//", "/*"):  # from the end inwards; no JSON ends so
        bare = bare.removesuffix(mark).rstrip(_SPACE)
    return bare


def _item(node: LexborNode) -> Thing:
    attributes = node.attributes
    thing: Thing = {"@type": [_last_word(t) for t in (attributes.get("itemtype") or "").split()]}
    if itemid := attributes.get("itemid"):
        thing["@id"] = itemid
    return thing


def _resource(node: LexborNode) -> Thing:
    attributes = node.attributes
    thing: Thing = {"@type": [_last_word(t) for t in (attributes.get("typeof") or "").split()]}
    names = ("about", "resource", "href", "src") if "typeof" in attributes else ("about",)
    if address := next((v for name in names if (v := attributes.get(name))), None):
        thing["@id"] = address
    return thing


def _references(nodes: Iterable[LexborNode], scopes: dict[int, Thing]) -> dict[str, Thing]:
    return {
        name: scopes[node.mem_id]
        for node in nodes
        if node.mem_id in scopes
        for name in (node.attributes.get("itemref") or "").split()
    }


def _owner_of(
    node: LexborNode, references: dict[str, Thing], around: Enclosing[Thing]
) -> Thing | None:
    """Return the thing that a property belongs to: the nearest around it that is not its value."""
    if references and (name := node.attributes.get("id")) in references:
        return references[name]
    return around.of(node)


def _referring(scopes: dict[int, Thing], references: dict[str, Thing]) -> Enclosing[Thing]:
    """Return the thing of the nearest element that is one, or that one refers to."""

    def given(node: LexborNode) -> Thing | None:
        if (thing := scopes.get(node.mem_id)) is not None or not references:
            return thing
        return references.get(node.attributes.get("id") or "")

    return Enclosing(given)


def _microdata_value(node: LexborNode) -> str | None:
    attributes, tag = node.attributes, node.tag
    if tag == "meta" or "content" in attributes:
        return attributes.get("content")
    if tag in _ADDRESSES:
        return attributes.get(_ADDRESSES[tag])
    if tag in ("data", "meter"):
        return attributes.get("value")
    return attributes.get("datetime") or collapsed(node.text())


def _rdfa_value(node: LexborNode, name: str) -> str | None:
    attributes = node.attributes
    # A name that is a link too: the link is another property's.
    addresses = () if name in _LITERALS else ("resource", "href", "src")
    for name in ("content", *addresses, "datetime"):
        if name in attributes:
            return attributes.get(name)
    return collapsed(node.text())


def _add(thing: Thing, name: str, value: Any) -> None:
    if value is None or value is thing:
        return
    name = _last_word(name)
    known = thing.get(name)
    if known is None:
        thing[name] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        thing[name] = [known, value]


def _last_word(name: str) -> str:
    """``http://schema.org/ImageObject`` and ``schema:ImageObject`` are ``ImageObject``."""
    return re.split(r"[/#:]", name[-200:])[-1]
