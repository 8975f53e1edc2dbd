"""The rules that reviewers would otherwise repeat; each has a sample that it must find."""

import pytest
import rules
from rules import Source

TREE = rules.tree()


def check(findings):
    """Fails with one finding a line."""
    if found := list(findings):
        pytest.fail("\n".join(found), pytrace=False)


LONG = "  func f(\n    x: Int\n  ) {\n" + 57 * "    x\n" + "  }\n"
EACH = [
    (rules.long_lines, "Sources/Rooms/A.swift", "let a = 1\n// " + 98 * "x", 2),
    (rules.long_files, "Tests/Interop/a.py", 601 * "x\n", 601),
    (rules.long_functions, "Sources/Rooms/A.swift", LONG, 1),
    (rules.words, "Sources/Rooms/A.swift", "// try! it\nlet x = try! y()", 2),
    (rules.words, "Sources/Rooms/A.swift", "let x = y as! Z", 1),
    (rules.words, "Sources/Rooms/A.swift", 'guard x else { fatalError("x") }', 1),
    (rules.words, "Sources/Rooms/A.swift", "Console.print(x)\nprint(x)", 2),
    (rules.words, "Sources/Rooms/A.swift", "final class A: @unchecked Sendable {}", 1),
    (rules.notes, "Tests/RoomsTests/A.swift", "// TO" + "DO: more", 1),
    (rules.machines, "Tests/Interop/a.py", "x = '/ho" + "me/somebody/x'", 1),
    (rules.machines, "Tests/Interop/a.py", f"x = '/{rules.HERE}/somebody/x'", 1),
    (rules.machines, "README.md", "see `/tm" + "p/notes.txt`", 1),
    (rules.machines, "Package.swift", "http:" + "//registry.corp.internal:4873/x", 1),
]
RULES = list(dict.fromkeys(rule for rule, *_ in EACH))


@pytest.mark.parametrize("rule", RULES, ids=[rule.__name__ for rule in RULES])
def test_the_tree_keeps_to(rule):
    check(finding for source in TREE for finding in rule(source))


def test_the_map_says_what_is_imported():
    check(rules.imports(TREE))


def test_the_tree_is_all_there():
    swift = [source for source in TREE if source.is_swift]
    modules = {source.module for source in swift}
    assert len(swift) > 100 and {"CRDT", "Rooms", "jamboree", None} <= modules


@pytest.mark.parametrize("rule, path, text, line", EACH)
def test_every_rule_finds_what_it_is_for(rule, path, text, line):
    findings = list(rule(Source(path, text)))
    assert len(findings) == 1 and findings[0].startswith(f"{path}:{line}: "), findings


MAP = """| module | owns | imports |
| --- | --- | --- |
| `Low`, `Odd` | | |
| `Mid` | | `Low`'s values |
| `Top` | | everything above |
"""
GOOD = [("Low", ""), ("Odd", ""), ("Mid", "public import Low"), ("Top", "internal import Odd")]


def findings_of(modules, table=MAP):
    sources = [Source("Sources/README.md", table)]
    return list(rules.imports(sources + [Source(f"Sources/{m}/A.swift", t) for m, t in modules]))


@pytest.mark.parametrize(
    "change, finding",
    [
        ({"Odd": "import Low"}, "Sources/Odd/A.swift:1: imports Low, which the map"),
        ({"Low": "\nimport Top"}, "Sources/Low/A.swift:2: imports Top, which the map"),
        ({"Mid": ""}, "Sources/README.md:4: Mid does not import Low any more"),
        ({"New": ""}, "Sources/README.md:1: the module New is missing"),
        ({"Low": "@preconcurrency import Glibc"}, "Sources/Low/A.swift:1: imports Glibc: Low"),
        ({"Low": "import struct Foundation.Data"}, "Sources/Low/A.swift:1: imports Foundation"),
    ],
)
def test_a_change_of_imports_must_be_in_the_map(change, finding):
    assert findings_of(GOOD) == []
    (found,) = findings_of({**dict(GOOD), **change}.items())
    assert found.startswith(finding)


def test_the_map_itself_points_down_to_what_there_is():
    upward = MAP.replace("`Low`, `Odd` | | |", "`Low`, `Odd` | | `Top` |")
    assert any("which is not below it" in found for found in findings_of(GOOD, upward))
    (found,) = findings_of(GOOD, MAP + "| `Gone` | | |\n")
    assert found == "Sources/README.md:6: there is no module Gone"
