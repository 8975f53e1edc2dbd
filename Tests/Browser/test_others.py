"""A page beside programs of other makers that know Protocol/board.md and nothing else of ours."""

import asyncio

import pycrdt
from person import until
from rig.pycrdt_peer import PycrdtPeer
from rig.stock import StockClients


def note(x: int, text, **more) -> dict:
    """A yellow note of 192 px as the specification wants it; x in px."""
    return {
        "type": "note", "x": 8 * x, "y": 800, "w": 1536, "h": 1536, "order": "V5", "color": "yellow",
        "text": text, "author": "rig", "name": "Rig", "made": 1790000000000, **more,
    }  # fmt: skip


def find(shapes: dict, text: str) -> dict | None:
    return next((shape for shape in shapes.values() if shape.get("text") == text), None)


async def test_a_page_beside_stock_yjs_and_pycrdt(hub, people):
    ann = await people("Ann")
    await ann.enter(await asyncio.to_thread(hub.link), "radio")
    await ann.note(250, 300, "by a page")
    peer = await PycrdtPeer(hub, "radio", "pia").connect()
    shapes = peer.doc.get("shapes", type=pycrdt.Map)
    async with StockClients(hub) as clients:
        stock = await clients.open("radio", "stan")
        await stock.synced()

        async def stock_finds(text: str):
            async def look():
                return find((await stock.content()).get("shapes", {}), text)

            return await until(look, f"stock Yjs finds “{text}”")

        async def pycrdt_finds(text: str):
            async def look():
                return find(shapes.to_py(), text)

            return await until(look, f"pycrdt finds “{text}”")

        made = await stock_finds("by a page")
        assert made == await pycrdt_finds("by a page")
        assert made["type"] == "note" and made["color"] == "yellow" and made["name"] == "Ann"
        # The board's origin lies at (80, 96) in the window.
        assert (made["x"], made["y"]) == (8 * (250 - 96 - 80), 8 * (300 - 96 - 96))
        assert (made["w"], made["h"]) == (8 * 192, 8 * 192)

        await stock.edit(["shapes", "shape", "stockstockstock1", note(400, {"text": "by Yjs"})])
        shapes["pycrdtpycrdtpyc1"] = pycrdt.Map(note(700, pycrdt.Text("by pycrdt")))
        for text in ("by a page", "by Yjs", "by pycrdt"):
            await ann.until_text(text)
            await stock_finds(text)
            await pycrdt_finds(text)

        # Both write into a text that is open in the page.
        await ann.mouse.dblclick(576, 292)
        await ann.field().wait_for()
        await ann.keyboard.type("!")
        await pycrdt_finds("by Yjs!")
        shapes["stockstockstock1"]["text"].insert(0, "made ")
        await stock_finds("made by Yjs!")

        async def field_has_it():
            return await ann.field().input_value() == "made by Yjs!"

        await until(field_has_it, "the open text has what pycrdt wrote")
        await ann.keyboard.type("!")
        await stock_finds("made by Yjs!!")
        await ann.keyboard.press("Escape")

        await stock.edit(["shapes", "delete", "pycrdtpycrdtpyc1"])
        await ann.until_no_text("by pycrdt")
        await ann.until_status("saved")
        assert not peer.denied
    await peer.disconnect()
