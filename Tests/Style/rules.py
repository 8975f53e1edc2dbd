"""What the tree must look like. Every rule takes texts and yields findings, `file:line: what is wrong`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LINE_MAX = 100  # characters, Swift
FILE_MAX = 600  # lines; more than 400 wants a reason
FUNCTION_MAX = 60  # lines, Swift

CODE = {".swift", ".py", ".js", ".c", ".h"}
TEXT = CODE | {".md", ".txt", ".toml", ".modulemap", ""}
LEFT_OUT = {".build", ".git", ".swiftpm", "__pycache__", "node_modules", "vectors", "LICENSE"}

# Hosts that may stand in a URL; a private package registry is none of them.
PUBLIC_HOSTS = {"github.com", "www.swift.org"}
MADE_UP_HOSTS = {"a", "b", "x", "y", "host", "other", "authority", "localhost", "127.0.0.1"}

# Everything else is tested without a socket, a file or a clock.
TOUCH_THE_WORLD = {"Reactor", "Storage", "JamServer", "JamClient", "jamboree"}
PLATFORM = {"Glibc", "Dispatch", "Synchronization"}
FROM_OUTSIDE = {"ArgumentParser", "DequeModule", "Logging", "TOMLKit"}


@dataclass
class Source:
    path: str  # from the root
    text: str

    @cached_property
    def kind(self) -> str:
        return Path(self.path).suffix

    @property
    def is_swift(self) -> bool:
        return self.kind == ".swift"

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def code(self) -> list[str]:
        """The lines without comments. A "//" inside a URL begins none."""
        return [re.sub(r"(^|\s)//.*", "", line) for line in self.lines]

    @cached_property
    def module(self) -> str | None:
        parts = Path(self.path).parts
        return parts[1] if parts[0] == "Sources" and len(parts) > 2 else None


def tree(root: Path = ROOT) -> list[Source]:
    """Everything that people write here, except the golden vectors."""
    files = [path for place in ("Sources", "Tests", "Protocol") for path in (root / place).rglob("*")]
    files += [root / name for name in ("Package.swift", "Makefile", "README.md")]
    return [
        Source(str(path.relative_to(root)), path.read_text(errors="replace"))
        for path in sorted(files)
        if path.suffix in TEXT and path.is_file() and not LEFT_OUT & set(path.relative_to(root).parts)
    ]


def long_lines(source: Source) -> Iterator[str]:
    if source.is_swift:
        for number, line in enumerate(source.lines, 1):
            if len(line) > LINE_MAX:
                yield f"{source.path}:{number}: {len(line)} characters, {LINE_MAX} are allowed"


def long_files(source: Source) -> Iterator[str]:
    count = len(source.lines)
    if source.kind in CODE and count > FILE_MAX:
        yield f"{source.path}:{count}: {count} lines, {FILE_MAX} are allowed"


FUNCTION = re.compile(r"( *)(?:@\S+ )*(?:[a-z]+(?:\(\w+\))? )*(?:func\b|init\b[?(<]|deinit\b|subscript\b)")


def long_functions(source: Source) -> Iterator[str]:
    """A function ends at the next brace that stands as far to the left as its beginning."""
    if not source.is_swift:
        return
    lines = source.lines
    for start, line in enumerate(lines):
        if not (found := FUNCTION.match(line)) or re.search(r"\{.*\}$", line):
            continue
        indent = found[1]
        for end in range(start + 1, len(lines)):
            if lines[end].startswith(indent + "}"):
                if (count := end - start + 1) > FUNCTION_MAX:
                    yield (
                        f"{source.path}:{start + 1}: a function of {count} lines, "
                        f"{FUNCTION_MAX} are allowed"
                    )
                break
            if lines[end].strip() and not lines[end].startswith((indent + " ", indent + ")")):
                break  # no body: a requirement of a protocol


WORDS = [
    (re.compile(r"\btry!"), "try! traps: throw, or say in a precondition what must hold"),
    (re.compile(r"\bas!"), "as! traps: use as?, or a type that needs no cast"),
    (re.compile(r"\bfatalError\b"), "fatalError: throw, or precondition where it is our own mistake"),
    (re.compile(r"(?<!Console\.)(?<!func )\bprint\("), "print: modules log, the command line has Console"),
]


def words(source: Source) -> Iterator[str]:
    """What code that runs in the hub does not do."""
    if not source.is_swift or source.module is None:
        return
    for number, line in enumerate(source.code, 1):
        for word, why in WORDS:
            if word.search(line):
                yield f"{source.path}:{number}: {why}"
        if "@unchecked Sendable" in line and source.path != "Sources/Reactor/Confined.swift":
            yield f"{source.path}:{number}: @unchecked Sendable is for Reactor/Confined.swift alone"


NOTE = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")


def notes(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.lines, 1):
        if source.kind in CODE and NOTE.search(line):
            yield f"{source.path}:{number}: a note for later: do it, or leave it out"


HOST = re.compile(r"\b(?:https?|wss?)://([A-Za-z0-9.-]+)")
HERE = ROOT.parts[1] if ROOT.parts[1] not in {"usr", "tmp", "var", "opt", "srv"} else "home"
PLACE = re.compile(
    rf"""(?:^|[\s"'`(=:,])(/(?:{re.escape(HERE)}|home|root|Users)/[\w.-]+|/tmp/(?!jamboree-)\w[\w.-]*)"""
)


def machines(source: Source) -> Iterator[str]:
    """Nothing that only one machine has: a folder of its user's, its package registry."""
    for number, line in enumerate(source.lines, 1):
        for host in HOST.findall(line):
            if host not in PUBLIC_HOSTS | MADE_UP_HOSTS and not re.search(r"\.example\b", host):
                yield f"{source.path}:{number}: the host {host} is neither public nor made up"
        for place in PLACE.findall(line):
            yield f"{source.path}:{number}: {place} is a path of one machine"


IMPORT = re.compile(
    r"\s*(?:@\w+(?:\([^)]*\))? )*(?:(?:public|package|internal|fileprivate|private) )?"
    r"import (?:(?:struct|class|enum|protocol|func|var|let|typealias) )?(\w+)"
)


@dataclass
class Row:
    line: int
    imports: set[str]
    is_whole: bool  # exactly these; else as many of them as are wanted


def the_map(text: str) -> dict[str, Row]:
    """The table of Sources/README.md: module -> what it may import, in the order of the floors."""
    rows: dict[str, Row] = {}
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 5 or not cells[1].startswith("`"):
            continue
        everything = cells[3] == "everything above"
        imports = set(rows) if everything else set(re.findall(r"`(\w+)`", cells[3]))
        for name in re.findall(r"`(\w+)`", cells[1]):
            rows[name] = Row(number, imports, not everything)
    return rows


def imports(sources: list[Source], readme: str = "Sources/README.md") -> Iterator[str]:
    """The map says what is imported, no more and no less, and an import only ever points down."""
    rows = the_map(next(source.text for source in sources if source.path == readme))
    floors = list(rows)
    met: dict[str, set[str]] = {source.module: set() for source in sources if source.module}
    for name, row in rows.items():
        if name not in met:
            yield f"{readme}:{row.line}: there is no module {name}"
        for other in row.imports:
            if other not in rows or floors.index(other) >= floors.index(name):
                yield f"{readme}:{row.line}: {name} imports {other}, which is not below it"
    for name in met.keys() - rows.keys():
        yield f"{readme}:1: the module {name} is missing from the table"
    for source in sources:
        if source.module not in rows or not source.is_swift:
            continue
        for number, line in enumerate(source.code, 1):
            if (found := IMPORT.match(line)) and (why := _wrong(found[1], source.module, rows)):
                yield f"{source.path}:{number}: {why}"
            elif found:
                met[source.module].add(found[1])
    for name, row in rows.items():
        for other in sorted(row.imports - met.get(name, set())) if row.is_whole else []:
            yield f"{readme}:{row.line}: {name} does not import {other} any more"


def _wrong(other: str, module: str, rows: dict[str, Row]) -> str | None:
    if other in rows:
        allowed = other in rows[module].imports
        return None if allowed else f"imports {other}, which the map does not say of {module}"
    if other in PLATFORM:
        allowed = module in TOUCH_THE_WORLD
        return None if allowed else f"imports {other}: {module} knows no socket, file or clock"
    return None if other in FROM_OUTSIDE else f"imports {other}, which nothing here needs"
