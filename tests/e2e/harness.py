"""What the end-to-end tests share: cases told in TAP, the command run and measured, servers started.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from types import SimpleNamespace

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("LAMINA_TESTS_BUILD", os.path.join(TESTS, "..", "build", "tests"))
LAMINA = os.path.join(BUILD, "..", "host-sample", "lamina")
CORPUS = os.environ.get("LAMINA_CORPUS")
SAMPLE = os.path.join(TESTS, "..", "data", "cells.zarr")
os.environ.setdefault("LAMINA_PLUGIN_PATH", os.path.join(BUILD, "..", "plugin"))
sys.path.insert(0, TESTS)

cases = []


class Skip(Exception):
    """Why a case cannot be tried here."""


def case(function):
    """Makes a function a case, named by the first line of its docstring."""
    cases.append(function)
    return function


def note(text):
    for line in str(text).rstrip().split("\n"):
        print("#", line, flush=True)


def main():
    print("TAP version 13", f"1..{len(cases)}", sep="\n", flush=True)
    failed = False
    for number, function in enumerate(cases, 1):
        name, start = function.__doc__.split("\n")[0].rstrip("."), time.monotonic()
        try:
            function()
            print(f"ok {number} {name}", flush=True)
        except Skip as why:
            print(f"ok {number} {name} # SKIP {why}", flush=True)
        except Exception:
            failed = True
            print(f"not ok {number} {name}", flush=True)
            traceback.print_exc()
        note(f"{time.monotonic() - start:.1f} s")
    sys.exit(failed)


def read_peak(pid):
    """The most memory that a running program has had. What wait4() tells begins with the parent's."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            return next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:")), 0)
    except OSError:
        return 0


def run(*command, timeout=120, interrupt_after=None, **options):
    """Runs a program to its end: its status and what it said, with seconds, CPU seconds and peak bytes."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, **options)
        if interrupt_after is not None:
            time.sleep(interrupt_after)
            process.send_signal(2)
        end, interrupted, peak = start + timeout, time.monotonic(), 0
        while True:
            peak = max(peak, read_peak(process.pid))
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > end:
                process.kill()
                process.wait()
                raise TimeoutError(f"{command}: still running after {timeout} s")
            time.sleep(0.002)
        now = time.monotonic()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return SimpleNamespace(status=process.returncode, out=out.read(), err=err.read(), seconds=now - start,
                               after_interrupt=now - interrupted, cpu=usage.ru_utime + usage.ru_stime,
                               peak=peak)


def lamina(*arguments, **options):
    return run(LAMINA, *arguments, **options)


def good(result):
    assert result.status == 0, f"status {result.status}\n{result.err}{result.out}"
    return result


def one_line(result, status, *words):
    """A failure told well: the status, one line that has all the @words, and no more."""
    assert result.status == status, f"status {result.status}, not {status}\n{result.err}{result.out}"
    lines = [line for line in result.err.splitlines() if line.strip()]
    assert len(lines) == 1, f"not one line:\n{result.err}"
    assert len(lines[0]) < 400, f"a long line:\n{lines[0]}"
    for word in words:
        assert word.lower() in lines[0].lower(), f"does not say '{word}': {lines[0]}"
    note(lines[0])


def digests(chain, output="image", threads=2, **options):
    """The sha256 of each plane's raster by its place (t, c, z), and for labels how many objects there are."""
    result = good(run(os.path.join(BUILD, "plane-digest"), chain, output, str(threads), **options))
    planes = {}
    for line in result.out.splitlines():
        digest, t, c, z, greatest = line.split()
        planes[int(t), int(c), int(z)] = (digest, int(greatest))
    return planes


def guide():
    """The guide's array with 10,000 planes, made once for a build folder."""
    import importlib

    return importlib.import_module("guide-store").make(BUILD, 50, 50)


def quoted(value):
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextlib.contextmanager
def serving(script, *arguments):
    """What a script of servers/ says of the server that it runs until its standard input ends."""
    command = [os.path.join(TESTS, "servers", script), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline()
        assert line, f"{script}: no server started"
        yield SimpleNamespace(**json.loads(line))
        server.stdin.close()


def nginx(folder, *options):
    """A public bucket on loopback: its url, closed, tls, ca, pid."""
    return serving("nginx.py", folder, *options)


@contextlib.contextmanager
def listening(program, *arguments):
    """The URL of one of the project's own servers, which end at the latest when their standard input does."""
    with subprocess.Popen([os.path.join(BUILD, program), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as server:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.terminate()


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="lamina-e2e-") as path:
        yield path


def tree(path):
    """Every file below a folder."""
    return sorted(os.path.relpath(os.path.join(where, name), path) for where, _, names in os.walk(path) for name in names)
