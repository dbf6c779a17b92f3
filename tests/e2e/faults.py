#!/usr/bin/python3
"""A server that fails in the middle of a run: the labels are right, or there is one clear error and no file.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os

from harness import SAMPLE, case, digests, folder, good, lamina, listening, main, note, one_line, tree

DATA = os.path.dirname(SAMPLE)
CHAIN = "idr-s3-source location={} level=0 ! parallel-segment"


def right(*options):
    """The labels over a server with @options are those from the folder."""
    wanted = digests(CHAIN.format(SAMPLE), "labels")
    with listening("bad-server", DATA, *options) as url:
        assert digests(CHAIN.format(f"{url}/cells.zarr"), "labels") == wanted


def right_or_refused(*options, words=()):
    """A run over a server with @options writes every file, or says what is wrong and writes none."""
    with folder() as out, listening("bad-server", DATA, *options) as url:
        outputs = "-o", f"labels={out}/labels/", "-o", f"objects={out}/objects.csv"
        result = lamina("run", CHAIN.format(f"{url}/cells.zarr"), *outputs, timeout=60)
        note(f"status {result.status} after {result.seconds:.1f} s")
        if result.status:
            one_line(result, 1, *words)
            assert not tree(out), tree(out)[:10]
        else:
            assert len(tree(out)) >= 55, len(tree(out))


@case
def some_503():
    """5 % of answers are 503: the labels are right"""
    right("--fault", "503:5")


@case
def some_cut():
    """5 % of bodies are cut: the labels are right"""
    right("--fault", "cut:5")


@case
def some_of_both():
    """a third of answers fail, one way or the other: the labels are right, or there is one error"""
    right_or_refused("--fault", "503:20", "--fault", "cut:15")


@case
def always_503():
    """a server that is never available"""
    right_or_refused("--fault", "503:100", words=("503",))


@case
def killed():
    """a server that is killed in the middle"""
    for requests in (3, 20, 50):
        right_or_refused("--kill-after", str(requests), words=("127.0.0.1",))


@case
def retries_are_told():
    """the figures tell of what was tried again"""
    with listening("bad-server", DATA, "--fault", "503:30") as url:
        result = good(lamina("run", CHAIN.format(f"{url}/cells.zarr")))
    assert "retries 0," not in result.out, result.out


if __name__ == "__main__":
    main()
