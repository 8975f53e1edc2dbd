"""What the board's schema says to honest edits, live and offline (Protocol/board.md)."""

import pycrdt
import pytest
from rig.own import OwnClient, read_board


def make_note(doc, text: str):
    doc.get("shapes", type=pycrdt.Map)["note1"] = pycrdt.Map(
        {"type": "note", "order": "V04", "color": "yellow", "text": pycrdt.Text(text)}
    )


def note(doc):
    return doc.get("shapes", type=pycrdt.Map)["note1"]


def replace(doc, new: str):
    text = note(doc)["text"]
    del text[0 : len(text)]
    text.insert(0, new)


async def with_a_note(hub, room: str, text: str) -> OwnClient:
    client = await OwnClient(hub, room, "ann").connect()
    client.edit("main", lambda doc: make_note(doc, text))
    await client.wait_saved()
    return client


@pytest.mark.parametrize("count", (2_700, 5_000, 10_000))
async def test_a_long_text_is_replaced_live(hub, count):
    client = await with_a_note(hub, "radio", "a" * 9_000)
    client.edit("main", lambda doc: replace(doc, "b" * count))
    await client.wait_saved()
    board = client.boards["main"]
    assert board.rejects == [] and board.denied == []
    await client.close()
    assert str(note(await read_board(hub, "radio"))["text"]) == "b" * count


async def test_a_long_text_is_replaced_offline(hub):
    client = await with_a_note(hub, "radio", "a" * 9_000)
    client.abort()
    board = client.boards["main"]
    board.edit(lambda doc: replace(doc, ""))
    board.edit(lambda doc: replace(doc, "c" * 5_000))
    await client.connect()
    await client.wait_saved()
    assert board.rejects == [] and board.denied == []
    await client.close()
    assert str(note(await read_board(hub, "radio"))["text"]) == "c" * 5_000


@pytest.mark.parametrize(
    "edit",
    (
        lambda doc: replace(doc, "b" * 10_001),
        lambda doc: note(doc).pop("type"),
        lambda doc: note(doc).update({"type": "rect"}),
    ),
    ids=("too long", "type deleted", "type replaced"),
)
async def test_what_is_not_allowed_is_refused(hub, edit):
    client = await with_a_note(hub, "radio", "a" * 9_000)
    client.edit("main", edit)
    board = client.boards["main"]
    await client.until(lambda: board.rejects, 10, "a rejection")
    assert board.rejects[0][1] == "schema"
    await client.close()
    assert note(await read_board(hub, "radio"))["type"] == "note"


async def test_a_shape_is_deleted_and_comes_back(hub):
    client = await with_a_note(hub, "radio", "a")
    for edit in (
        lambda doc: doc.get("shapes", type=pycrdt.Map).pop("note1"),
        lambda doc: make_note(doc, "again"),
        lambda doc: make_note(doc, "in its place"),
    ):
        client.edit("main", edit)
        await client.wait_saved()
    assert client.boards["main"].rejects == []
    await client.close()
    assert str(note(await read_board(hub, "radio"))["text"]) == "in its place"
