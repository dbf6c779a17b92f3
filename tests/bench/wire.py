#!/usr/bin/python3
"""How fast planes are read over HTTP: lamina beside a bare libcurl and zarr-python, and behind a slow server.

usage: tests/bench/wire.py [--alone] [ROUNDS]    from a build folder that meson has made: build/

5,000 planes, each a chunk of its own, are fetched and decoded by `lamina run 'idr-s3-source …'`, and only fetched
by `curl --parallel`, which throws them away. Peers take turns; figures are medians of their runs. On a machine
that has other work, too, --alone goes before all of it (SCHED_RR, for root).
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import argparse
import importlib
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from harness import BUILD, folder, good, guide, lamina, listening, nginx, run

os.environ.pop("MALLOC_PERTURB_", None)  # which meson sets, and which costs those most who allocate least
HERE = os.path.dirname(os.path.abspath(__file__))
HALF_T, HALF_Z = 25, 50
PLANES = 4 * HALF_T * HALF_Z
LATENCY = 50  # milliseconds


def keys():
    made = importlib.import_module("guide-store")
    return [f"4/{t}/0/{z}/0/0" for t in made.middle(made.SHAPES[-1][0], HALF_T)
            for z in made.middle(made.SHAPES[-1][2], HALF_Z)]


def ours(url, connections):
    def read():
        place = f"location={url} level=4 c=0 t=middle:{HALF_T} z=middle:{HALF_Z}"
        result = good(lamina("run", f"idr-s3-source {place} connections={connections}"))
        assert f"planes {PLANES}, objects 0, missing-chunks 0," in result.out, result.out
        return result
    return read


def bare(url, connections, where):
    """curl as its users would have it: HTTP/1.1, connections kept, no meter."""
    path = os.path.join(where, "keys")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f'url = "{url}/{key}"\noutput = /dev/null\n' for key in keys())
    return lambda: good(run("curl", "--no-progress-meter", "--fail", "--parallel", "--parallel-max", str(connections),
                            "--config", path))


def zarr(url, store, threads):
    def read():
        result = good(run(sys.executable, os.path.join(HERE, "wire-zarr.py"), url, str(HALF_T), str(HALF_Z), store,
                          str(threads)))
        assert int(result.out) == PLANES, result.out
        return result
    return read


def take_turns(peers, rounds):
    """How many planes or requests a second, the processor's seconds, and peak MB: medians by name."""
    runs = {name: [] for name in peers}
    for _ in range(rounds):
        for name, peer in peers.items():
            runs[name].append(peer())
    return {name: (PLANES / statistics.median(r.seconds for r in runs[name]), statistics.median(r.cpu for r in runs[name]),
                   max(r.peak for r in runs[name]) / 1e6) for name in peers}


def show(title, figures, ratios):
    print(f"{title:44}{'a second':>10}{'CPU s':>8}{'MB':>6}")
    for name, (rate, cpu, peak) in figures.items():
        print(f"  {name:42}{rate:10,.0f}{cpu:8.2f}{peak:6.0f}")
    for name, ratio, wanted in ratios:
        print(f"  {name:52}{ratio:8.2f}  wanted {wanted:.1f}{'' if ratio >= wanted else '  MISSED'}")
    print(flush=True)
    return all(ratio >= wanted for _, ratio, wanted in ratios)


def beside_curl(store, rounds):
    with nginx(BUILD) as server, folder() as where:
        url = f"{server.url}/{store}"
        figures = take_turns({"lamina, decoded": ours(url, 32), "curl --parallel-max 32": bare(url, 32, where)}, rounds)
    (mine, _, _), (theirs, _, _) = figures.values()
    return show(f"nginx on loopback, {PLANES:,} planes", figures, [("lamina / curl", mine / theirs, 0.9)])


def beside_zarr(store, rounds):
    stores = {"its own store": "fsspec", "bare client": "bare"}
    with nginx(BUILD) as server:
        url = f"{server.url}/{store}"
        peers = {"lamina": ours(url, 32)}
        peers |= {f"zarr-python, {name}, {threads} threads": zarr(url, kind, threads)
                  for name, kind in stores.items() for threads in (2, 8)}
        figures = take_turns(peers, rounds)
    best = {name: max(rate for peer, (rate, _, _) in figures.items() if name in peer) for name in stores}
    mine = figures["lamina"][0]
    return show(f"{PLANES:,} planes, decoded", figures,
                [("lamina / zarr-python", mine / best["its own store"], 5),
                 ("lamina / zarr-python with a client made for this", mine / best["bare client"], 1)])


def at_a_distance(store, title, *faults):
    good_enough = True
    for connections in (32, 128):
        with listening("bad-server", "--delay", str(LATENCY), *faults, BUILD) as server, folder() as where:
            url = f"{server}/{store}"
            peers = {f"lamina, connections={connections}": ours(url, connections)}
            if not faults:
                peers[f"curl --parallel-max {connections}"] = bare(url, connections, where)
            figures = take_turns(peers, 3)
        rate, limit = figures[f"lamina, connections={connections}"][0], connections * 1000 / LATENCY
        good_enough &= show(f"{LATENCY} ms latency{title}", figures,
                            [(f"lamina / (connections / latency = {limit:,.0f} a second)", rate / limit, 0.8)])
    return good_enough


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--alone", action="store_true")
    arguments.add_argument("rounds", type=int, nargs="?", default=15)
    options = arguments.parse_args()
    store = os.path.relpath(guide(), BUILD)
    results = [beside_zarr(store, max(3, options.rounds // 4))]  # whose threads get in each other's way under SCHED_RR
    if options.alone:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    results.append(beside_curl(store, options.rounds))
    results.append(at_a_distance(store, ""))
    results.append(at_a_distance(store, ", 1 % of answers are 503", "--fault", "503:1"))
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
