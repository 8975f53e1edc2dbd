#!/usr/bin/env python3
"""Measures the hub beside a bare relay (the physical limit of this machine) and Debian's y-websocket server.

The peers take turns within every run, each freshly started, so that what else the machine does hits all of
them alike; the table shows medians over the runs. Scenarios:

  S1  one room of 100, 10 of them writing 10 updates/s each: CPU per delivery, latency
  S2  the same room at rising rates (three tries each): the most deliveries/s with p99 <= 100 ms, none lost
  S4  5,000 idle connections in 500 rooms: resident KiB per connection
  S6  100 cursors moving 20 times a second in one room: CPU per delivery, latency

Prefer CPU per delivery: wall latencies depend on what else runs. CPU is counted in ticks of 10 ms.

usage: run.py [--runs 3] [--scenarios S1,S2,S4,S6] [--peers relay,hub,yws] [--json FILE]
Prints a table, and one JSON line per measurement to FILE (default .build/bench/results.jsonl).
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = ROOT / ".build" / "bench"
sys.path.insert(0, str(HERE.parent / "Interop"))

from rig.hub import JAM, Hub, StockServer  # noqa: E402


class Relay(StockServer):
    """relay.c: unmasks and forwards frames, no Yjs, no disk."""

    def start(self, timeout: float = 15) -> "Relay":
        import socket

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen([TOOLS / "relay", str(self.port)])
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except ConnectionRefusedError:
                time.sleep(0.01)
        raise RuntimeError("the relay did not start")


class ManyFromHere(Hub):
    """The hub, told that all clients of the world may come from one address."""

    def __init__(self, folder):
        super().__init__(folder, ["--connections-per-address", "20000"])


PEERS = {"relay": Relay, "hub": ManyFromHere, "yws": StockServer}


def load(peer: str, server: Hub, *options) -> dict:
    """One run of wsload against a running peer; its JSON line."""
    command = [
        TOOLS / "wsload",
        "--port",
        str(server.port),
        "--pid",
        str(server.process.pid),
        *map(str, options),
    ]
    if peer == "hub":
        command += ["--prefix", f"/yjs/{JAM}"]
        # A hundred people: what one of them may take of a shard's time is bounded.
        for number in range(100):
            command += ["--query", "?token=" + server.token(f"person {number}")]
    if peer == "relay":
        # A relay never answers a SyncStep1: connected is as good as synced.
        command += ["--idle-relay"] if "--mode" in options else ["--mode", "relay"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    if not done.stdout.strip():
        raise RuntimeError(f"wsload against {peer}: {done.returncode} {done.stderr[-500:]}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    result["note"] = done.stderr.strip()[-200:]
    return result


def s1(peer, server):
    return load(peer, server, "--conns", 100, "--senders", 10, "--rate", 10, "--secs", 6)


def s2(peer, server):
    """Doubles the rate until p99 is over 100 ms or something is missing, then tries half a step more.

    A rate has three tries, each in a room of its own: a shared machine may stop everybody for 200 ms, and
    then two seconds say nothing about the peer.
    """

    def once(rate: int, attempt: int) -> dict:
        room = f"s2-{rate}-{attempt}-"
        size = ("--conns", 100, "--senders", 10, "--rate", rate)
        result = load(peer, server, *size, "--secs", 2, "--drain", 2, "--room", room)
        return {**result, "sustained": int(result["lost"] == 0 and result["p99"] <= 100)}

    def at(rate: int) -> dict:
        for attempt in range(3):
            result = once(rate, attempt)
            if result["sustained"]:
                break
        return result

    rate = 25
    best = at(rate)
    while best["sustained"] and rate < 25600 and (faster := at(rate * 2))["sustained"]:
        best, rate = faster, rate * 2
    between = at(rate * 3 // 2)
    return between if between["sustained"] and best["sustained"] else best


def s4(peer, server):
    return load(peer, server, "--mode", "idle", "--conns", 5000, "--rooms", 500, "--hold", 5)


def s6(peer, server):
    return load(
        peer,
        server,
        "--mode",
        "awareness",
        "--conns",
        100,
        "--senders",
        100,
        "--rate",
        20,
        "--secs",
        4,
    )


SCENARIOS = {"S1": s1, "S2": s2, "S4": s4, "S6": s6}
COLUMNS = {
    "S1": ["cpu_us_per_delivery", "p50", "p99", "deliv_per_s", "lost", "gen_lag_p99_ms"],
    "S2": [
        "deliv_per_s",
        "sustained",
        "cpu_us_per_delivery",
        "p50",
        "p99",
        "srv_cpu_util",
        "gen_util",
    ],
    "S4": [
        "kib_per_conn",
        "synced",
        "rss0_kib",
        "rss2_kib",
        "connect_s",
        "connect_cpu_s",
        "srv_cpu_s",
    ],
    "S6": ["cpu_us_per_delivery", "p50", "p99", "deliv_per_s", "lost", "gen_lag_p99_ms"],
}


def measure(scenario: str, peer: str) -> dict:
    with tempfile.TemporaryDirectory(prefix="jamboree-bench-") as folder:
        server = PEERS[peer](Path(folder)).start()
        try:
            time.sleep(0.3)
            result = SCENARIOS[scenario](peer, server)
            if not server.alive:
                raise RuntimeError(f"{peer} died in {scenario}: {server.log()[-1000:]}")
            return result
        finally:
            if server.alive and server.is_jamboree:
                server.process.send_signal(signal.SIGINT)
                try:
                    server.process.wait(10)
                except subprocess.TimeoutExpired:
                    pass
            server.close()


def build():
    TOOLS.mkdir(parents=True, exist_ok=True)
    for name in ("wsload", "relay"):
        source, tool = HERE / f"{name}.c", TOOLS / name
        newest = max(file.stat().st_mtime for file in [source, *HERE.glob("*.h")])
        if not tool.exists() or tool.stat().st_mtime < newest:
            print(f"bench: compiling {name}.c", flush=True)
            subprocess.run(
                [os.environ.get("CC", "cc"), "-O2", "-Wall", "-o", tool, source], check=True
            )


def shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.2f}"


def table(scenario: str, peers: list[str], results: dict) -> str:
    columns = COLUMNS[scenario]
    lines = [
        "",
        SCENARIO_TITLES[scenario],
        "| peer | " + " | ".join(columns) + " | runs |",
        "|---|" + "--:|" * (len(columns) + 1),
    ]
    for peer in peers:
        rows = results.get((scenario, peer), [])
        if rows:
            cells = [shown(statistics.median(row[column] for row in rows)) for column in columns]
            lines.append(f"| {peer} | " + " | ".join(cells) + f" | {len(rows)} |")
    return "\n".join(lines)


SCENARIO_TITLES = dict(
    line.strip().split("  ", 1) for line in __doc__.splitlines() if line.startswith("  S")
)
SCENARIO_TITLES = {name: f"{name}: {title}" for name, title in SCENARIO_TITLES.items()}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--json", type=Path, default=TOOLS / "results.jsonl")
    options = parser.parse_args()
    scenarios, peers = options.scenarios.split(","), options.peers.split(",")
    build()
    results, failed = {}, 0
    with open(options.json, "w") as lines:
        for run in range(options.runs):
            for scenario in scenarios:
                for peer in peers:
                    print(
                        f"bench: run {run + 1} of {options.runs}, {scenario}, {peer} "
                        f"(load {os.getloadavg()[0]:.1f})",
                        flush=True,
                    )
                    try:
                        result = measure(scenario, peer)
                    except (RuntimeError, AssertionError, subprocess.TimeoutExpired) as error:
                        print(f"bench: {scenario} {peer}: {error}")
                        failed += 1
                        continue
                    results.setdefault((scenario, peer), []).append(result)
                    lines.write(
                        json.dumps({"scenario": scenario, "peer": peer, "run": run + 1, **result})
                        + "\n"
                    )
                    lines.flush()
    for scenario in scenarios:
        print(table(scenario, peers, results))
    print(f"\nmedians; every measurement is in {options.json}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
