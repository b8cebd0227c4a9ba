"""Checks that every public type, and every public member of Tensor, stands in a Topics list of a documentation catalogue.

check_topics.py SYMBOLS.json CATALOGUE: the symbol graph of the module, the folder with its articles. Whether the named
symbols exist is for docc to say.
"""

import collections
import json
import pathlib
import re
import sys


def public_names(graph):
    names = collections.Counter()
    for symbol in json.load(open(graph))["symbols"]:
        path = symbol["pathComponents"]
        if "::SYNTHESIZED::" in symbol["identifier"]["precise"]:
            continue
        if len(path) == 1 or (len(path) == 2 and path[0] == "Tensor"):
            names[path[-1]] += 1
    return names


def topics(catalogue):
    names = collections.Counter()
    for article in sorted(pathlib.Path(catalogue).glob("*.md")):
        lists = article.read_text().partition("\n## Topics\n")[2]
        for name in re.findall(r"^- ``([^`]+)``$", lists, re.MULTILINE):
            # Without what tells overloads apart: segmentSum(_:)-(RowIndex).
            names[re.sub(r"\)-.*$", ")", name)] += 1
    return names


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: check_topics.py SYMBOLS.json CATALOGUE")
    public, named = public_names(sys.argv[1]), topics(sys.argv[2])
    missing = sorted((public - named).elements())
    twice = sorted((named - public).elements())
    if missing or twice:
        sys.exit(
            f"Topics lists of {sys.argv[2]}: without a place: {', '.join(missing) or 'none'}; "
            f"not public, or listed too often: {', '.join(twice) or 'none'}"
        )
    print(f"{sum(public.values())} public types and operations, each in a Topics list")


main()
