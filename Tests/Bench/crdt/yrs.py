"""One workload of `jamboree bench crdt` with yrs, by way of pycrdt.

usage: yrs.py WORKLOAD FOLDER. The folder's files and the lines printed are those of `bench crdt-engine`.
"""

import ctypes
import gc
import json
import statistics
import struct
import sys
import time
from pathlib import Path

import pycrdt

workload, folder = sys.argv[1], Path(sys.argv[2])


def frames(name):
    data = (folder / name).read_bytes()
    offset, found = 0, []
    while offset < len(data):
        (count,) = struct.unpack_from("<I", data, offset)
        found.append(data[offset + 4:offset + 4 + count])
        offset += 4 + count
    return found


def milliseconds(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def median(turns, work):
    work()
    return statistics.median(milliseconds(work) for _ in range(turns))


def say(measure, unit, value, check):
    print(json.dumps({"measure": measure, "unit": unit, "value": value, "check": check}), flush=True)


def text(doc):
    content = str(doc.get("text", type=pycrdt.Text))
    value = 2166136261
    for byte in content.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return f"{len(content.encode('utf-16-le')) // 2} units, {value}"


def board(doc):
    shapes = doc.get("shapes", type=pycrdt.Map).to_py()
    return f"{len(shapes)} shapes, {int(sum(shape[key] for shape in shapes.values() for key in 'xywh'))}"


def apply_all(updates, *before):
    doc = pycrdt.Doc()
    for update in before:
        doc.apply_update(update)
    for update in updates:
        doc.apply_update(update)
    return doc


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4


if workload == "remote":
    updates, doc = frames("session"), pycrdt.Doc()

    def work():
        for update in updates:
            doc.apply_update(update)

    taken = milliseconds(work)
    say("remote", "µs/update", taken * 1000 / len(updates), text(doc))
    say("remote-again", "µs/update", milliseconds(work) * 1000 / len(updates), text(doc))
elif workload == "local":
    edits = [(*struct.unpack_from("<II", edit), edit[8:].decode()) for edit in frames("edits")]
    doc = pycrdt.Doc()
    content = doc.get("text", type=pycrdt.Text)

    def work():
        for position, deleted, inserted in edits:
            with doc.transaction():
                if deleted:
                    del content[position:position + deleted]
                if inserted:
                    content.insert(position, inserted)

    say("local", "µs/edit", milliseconds(work) * 1000 / len(edits), text(doc))
elif workload == "file":
    data = (folder / "session.v1").read_bytes()
    docs = []

    def work():
        docs[:] = [pycrdt.Doc()]
        docs[0].apply_update(data)

    say("decode-v1", "ms", median(21, work), text(docs[0]))
    say("encode-v1", "ms", median(21, docs[0].get_update), f"{len(docs[0].get_update())} bytes")
elif workload == "board":
    doc, updates = apply_all(frames("shapes")), frames("changes")

    def work():
        for update in updates:
            doc.apply_update(update)

    say("board", "ms", milliseconds(work), board(doc))
elif workload == "crowd":
    updates = frames("crowd")
    say("crowd", "ms", median(11, lambda: apply_all(updates)), text(apply_all(updates)))
elif workload == "merge":
    updates = frames("session")
    for count in (2500, 10000):
        some, merged = updates[:count], []
        taken = median(3, lambda: merged.__setitem__(slice(None), [pycrdt.merge_updates(*some)]))
        say(f"merge-{count}", "ms", taken, f"{len(merged[0])} bytes")
elif workload == "sync":
    doc = apply_all([(folder / "board").read_bytes()])
    half = (folder / "half").read_bytes()

    def work():
        for _ in range(1000):
            doc.get_state()

    say("state-vector", "µs", median(21, work), f"{len(doc.get_state())} bytes")
    say("diff", "ms", median(21, lambda: doc.get_update(half)), f"{len(doc.get_update(half))} bytes")
elif workload == "memory":
    for name, file, copies, check in (("text", "session.v1", 20, text), ("board", "board", 4, board)):
        data = (folder / file).read_bytes()
        gc.collect()
        before = resident()
        docs = [apply_all([data]) for _ in range(copies)]
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        after = resident()
        say(f"memory-{name}", "KiB", (after - before) / copies, check(docs[-1]))
else:
    sys.exit(f"no such workload: {workload}")
