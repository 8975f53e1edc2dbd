"""Updates of each kind of content that pack as many structs into a byte as they can: what a process takes to
read them, measured, stays within a small multiple of their size."""

import subprocess
import sys
from itertools import count, islice

import pytest
from rig.hub import BINARY

SIZE = 1 << 18
# A struct of four bytes is a record of 88 in an update and one of 64 in a document, and arrays grow by doubling;
# what waits is there as bytes as well. A mebibyte for what a page or an arena more is.
TIMES, MORE = 100, 1 << 20


def number(value: int) -> bytes:
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])


def names():
    """Names of three letters, then of four: all different."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    for index in count():
        yield "".join(letters[index >> shift & 63] for shift in (18, 12, 6, 0)).encode()


def structs(each: bytes | list[bytes], first: bytes = bytes.fromhex("040101740161")) -> bytes:
    """One client's structs, behind one letter of a text that they can refer to."""
    if isinstance(each, bytes):
        each = [each] * (SIZE // len(each))
    return number(1) + number(len(each) + 1) + b"\x01\x00" + first + b"".join(each) + b"\x00"


def many(make, size: int) -> list[bytes]:
    return [make(name) for name in islice(names(), SIZE // size)]


def halves(pairs: int) -> bytes:
    """A text of surrogate pairs, and every second half deleted."""
    text = "😀".encode() * pairs
    deleted = b"".join(number(2 * each) + b"\x01" for each in range(pairs))
    return b"\x01\x01\x01\x00\x04\x01\x01t" + number(len(text)) + text + b"\x01\x01" + number(pairs) + deleted


def alternating(each: int) -> bytes:
    """Two runs of values to be joined, of which one waits for the other value by value."""
    one = b"".join(b"\x88\x01" + number(clock) + b"\x01\x7e" for clock in range(each - 1))
    two = b"".join(
        b"\xc8\x02" + number(clock) + b"\x01" + number(clock + 1) + b"\x01\x7e" for clock in range(each - 1)
    )
    two = number(each) + b"\x02\x00" + b"\x08\x01\x01z\x01\x7e" + two
    return b"\x02" + two + number(each) + b"\x01\x00" + b"\x08\x01\x01a\x01\x7e" + one + b"\x00"


BEHIND = b"\x01\x00"  # the letter
KINDS = {
    "GC": structs(b"\x00\x01"),
    "Skip": structs(b"\x0a\x01"),
    "nothing at all": structs(b"\x00\x00"),
    "deleted": structs(b"\x81" + BEHIND + b"\x01"),
    "JSON": structs(b"\x82" + BEHIND + b"\x01\x011"),
    "binary": structs(b"\x83" + BEHIND + b"\x00"),
    "string": structs(b"\x84" + BEHIND + b"\x01a"),
    "embed": structs(b"\x85" + BEHIND + b"\x011"),
    "format": structs(b"\x86" + BEHIND + b"\x00\x011"),
    "type": structs(b"\x87" + BEHIND + b"\x00"),
    "any": structs(b"\x88" + BEHIND + b"\x01\x7e"),
    "any, all in one": structs([b"\x88" + BEHIND + number(SIZE) + b"\x7e" * SIZE]),
    "any, deep": structs(many(lambda _: b"\x88" + BEHIND + b"\x01" + b"\x75\x01" * 90 + b"\x7e", 186)),
    "subdocument": structs(b"\x89" + BEHIND + b"\x00\x7e"),
    # Fewer: unbounded, as this command applies them, these take quadratic time.
    "maps in a map": structs([b"\x27\x00\x01\x00\x01a\x01"] * 5000, first=b"\x07\x01\x01a\x01"),
    "roots": structs(many(lambda name: b"\x08\x01\x04" + name + b"\x01\x7e", 9)),
    "keys": structs(many(lambda name: b"\x28\x01\x01m\x04" + name + b"\x01\x7e", 10)),
    "values of one key": structs([b"\x28\x01\x01m\x01k\x01\x7e"] * 5000),
    "waiting for somebody": structs(b"\x84\x07\x00\x01a"),
    "clients": number(SIZE // 7)
    + b"".join(b"\x01" + number(2**21 - each) + b"\x00\x00\x01" for each in range(SIZE // 7))
    + b"\x00",
    "deletions": b"\x00\x01\x01"
    + number(SIZE // 4)
    + b"".join(number(2 * each) + b"\x01" for each in range(SIZE // 4)),
    "halves of pairs": halves(SIZE // 8),
    "values in turn": alternating(SIZE // 18),
    "2^31 clients": b"\xff\xff\xff\xff\x07" + bytes(SIZE),
    "2^53 structs": b"\x01\xff\xff\xff\xff\xff\xff\xff\x0f\x01\x00" + bytes(SIZE),
    "2^53 values": bytes.fromhex("0101010008010161ffffffffffffff0f") + b"\x7e" * SIZE,
}


# A process of its own between: what a child takes is counted from its parent's size on.
WATCH = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(pid, 0)
print(used.ru_maxrss << 10, os.waitstatus_to_exitcode(status))
"""


def peak(folder, data: bytes, *options: str) -> tuple[int, int]:
    """Peak memory in bytes and the exit code of a process that reads an update into a document."""
    file = folder / "update"
    file.write_bytes(data)
    command = [sys.executable, "-S", "-c", WATCH, BINARY, "doc", "session", file, *options]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    most, code = done.stdout.split()
    return int(most), int(code)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_bytes_take_little_memory(folder, kind):
    data = KINDS[kind]
    nothing, _ = peak(folder, b"\x00\x00")
    most, code = peak(folder, data, "--format", "v1")
    assert code == (1 if "^" in kind else 0), f"the process ended with {code}"
    assert most - nothing < TIMES * len(data) + MORE, f"{(most - nothing) / len(data):.1f} bytes a byte"


def test_columns_that_go_on_for_ever_take_no_more_than_what_is_free(folder):
    """Format v2: kinds, clients and lengths in a few bytes. The allowance is 100,000 structs."""

    def columns(structs: int) -> bytes:
        def run(first: int, more: int) -> bytes:
            column = bytes([first]) + number(more)
            return number(len(column)) + column

        rest = b"\x01" + number(structs) + b"\x01\x00"
        head = b"\x00\x00" + run(0x41, structs - 1) + run(1, structs - 2)
        return head + b"\x00\x01\x07\x01\x00\x01\x00" + run(0x41, structs - 2) + b"\x00" + rest

    nothing, _ = peak(folder, b"\x00\x00")
    allowed, code = peak(folder, columns(99_000), "--format", "v2")
    assert code == 0
    refused, code = peak(folder, columns(1 << 40), "--format", "v2")
    assert code == 1
    assert allowed - nothing < 100_000 * 480
    assert refused - nothing < 100_000 * 480
