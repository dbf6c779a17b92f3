#!/usr/bin/python3
"""Private buckets of a real S3: signed reads in both styles, listings, refusals, what is missing and what is forbidden.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import contextlib
import os
import re
import shutil
import sys

from harness import (BUILD, CORPUS, SAMPLE, TESTS, Skip, case, digests, folder, good, lamina, main, note, one_line,
                     quoted, run, serving, tree)
from known import compare, expected, spaced

sys.path.insert(0, os.path.join(TESTS, "servers"))
from bucket import REGION, Bucket  # noqa: E402

N_KEYS = 2100  # a page has 1000
PLANES = "level=2 t=1 c=0 z=2-6"
CHUNK = "2/1/0/4/0/0"  # of those planes

s3 = None


def server():
    if s3 is None:
        raise Skip("Ceph is not installed")
    return s3


def environment(**changes):
    """With the server's credentials, or with those of @changes; None: none at all."""
    keys = {"AWS_ACCESS_KEY_ID": server().access_key, "AWS_SECRET_ACCESS_KEY": server().secret_key, "HOME": "/nowhere",
            **changes}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return dict(clean, **{name: value for name, value in keys.items() if value is not None})


def upload(path, name, keys="", leave_out=()):
    """A private bucket with what lies below @path, or in some folders of it."""
    bucket = Bucket(server(), name)
    names = [os.path.join(key, name) for key in keys or [""] for name in tree(os.path.join(path, key))]

    def read(name):
        with open(os.path.join(path, name), "rb") as file:
            return file.read()

    bucket.put((name, read(name)) for name in names if name not in leave_out)
    return bucket


def at(location, *more):
    return " ".join([f"idr-s3-source location={quoted(location)} endpoint={server().url} region={REGION}", *more])


def private(location, *more):
    return at(location, "anonymous=false", *more)


@case
def both_styles():
    """the sample in a private bucket is the sample, by path and by the bucket's own host"""
    upload(SAMPLE, "sample")
    local = digests(f"idr-s3-source location={quoted(SAMPLE)} {PLANES}")
    host = f"http://sample.s3.localhost:{server().port}/"
    for location in "s3://sample", f"{server().url}/sample", host:
        assert digests(private(location, PLANES), env=environment()) == local, location


@case
def labels():
    """every OME-Zarr image of the corpus gives SciPy's labels from a private bucket"""
    arrays = expected("zarr/segment_expected.json")
    upload(os.path.join(CORPUS, "zarr"), "corpus", sorted({row["group"] for row in arrays}))
    os.environ.update(environment())
    wrong = sum(compare(private(f"s3://corpus/{row['group']}", f"level={row['level']}"), row["planes"],
                        spaced(row["axes"], row["shape"])) for row in arrays)
    note(f"{len(arrays)} arrays, {wrong} wrong")
    assert arrays and not wrong


@case
def profiles():
    """credentials come from a profile of ~/.aws, too"""
    with folder() as home:
        os.mkdir(f"{home}/.aws")
        with open(f"{home}/.aws/credentials", "w", encoding="utf-8") as file:
            file.write(f"[ceph]\naws_access_key_id = {server().access_key}\n"
                       f"aws_secret_access_key = {server().secret_key}\n")
        bare = environment(HOME=home, AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
        good(lamina("run", private("s3://sample", "profile=ceph", PLANES), env=bare))
        good(lamina("run", private("s3://sample", PLANES), env=dict(bare, AWS_PROFILE="ceph")))
        one_line(lamina("run", private("s3://sample", "profile=other"), env=bare), 1, "profile other")
        one_line(lamina("run", private("s3://sample"), env=bare), 1, "AWS_ACCESS_KEY_ID")


@case
def cached():
    """with a cache folder chunks are fetched once, and one that is damaged again"""
    def received(cache):
        result = good(lamina("run", private("s3://sample", PLANES, f"cache={quoted(cache)}"), env=environment()))
        return int(re.search(r"bytes (\d+)", result.out).group(1))

    with folder() as top:
        cache = os.path.join(top, "kept")
        whole = received(cache)
        entries = tree(cache)
        assert whole > 0 and received(cache) == 0
        with open(os.path.join(cache, entries[0]), "ab") as file:
            file.write(b"?")
        assert 0 < received(cache) < whole
        assert received(cache) == 0
        note(f"{len(entries)} chunks, {whole} bytes")


@case
def listings():
    """a listing of more than two pages is whole, in both styles"""
    names = [f"n {i:04} é+" for i in range(N_KEYS)]
    Bucket(server(), "many").put((f"below/{name}", b"") for name in names)
    for location in "s3://many/below", f"http://many.s3.localhost:{server().port}/below":
        result = good(run(os.path.join(BUILD, "store-list"), location, server().url, REGION, env=environment()))
        assert result.out.split("\n")[:-1] == names, result.out[:1000]
    one_line(run(os.path.join(BUILD, "store-list"), "s3://many/none", server().url, REGION, env=environment()), 1,
             "nothing below")


@case
def refusals():
    """a wrong secret, an unknown key, a missing bucket and a reader without a name are told what to do"""
    def refused(location, *words, more="", **changes):
        result = lamina("run", private(location, more), env=environment(**changes))
        one_line(result, 1, location.replace("s3:/", server().url), *words)
        assert server().secret_key not in result.err and "hidden" not in result.err

    refused("s3://sample", "AWS_SECRET_ACCESS_KEY", "SignatureDoesNotMatch", AWS_SECRET_ACCESS_KEY="hidden")
    refused("s3://sample", "AWS_ACCESS_KEY_ID", "InvalidAccessKeyId", AWS_ACCESS_KEY_ID="hidden")
    refused("s3://absent", "no such bucket")
    refused("s3://sample/nothing", "no zarr")
    one_line(lamina("run", at("s3://sample")), 1, "sample", "anonymous=false", "AccessDenied")


@case
def missing_or_forbidden():
    """a 403 is a missing chunk where nothing can be listed, and an error where listing is allowed"""
    closed = upload(SAMPLE, "closed", leave_out=[CHUNK])
    closed.allow_all("GetObject")
    result = good(lamina("run", at("s3://closed", PLANES)))
    assert "missing-chunks 1," in result.out, result.out
    one_line(lamina("run", at("s3://closed", PLANES, "missing-chunks=error")), 1, "1/0/4/0/0", "not in the store")
    listed = upload(SAMPLE, "listed")
    listed.allow_all("GetObject", "ListBucket", but=[CHUNK])
    one_line(lamina("run", at("s3://listed", PLANES)), 1, CHUNK, "AccessDenied")


if __name__ == "__main__":
    with contextlib.ExitStack() as stack:
        if shutil.which("radosgw") and shutil.which("ceph-osd") and shutil.which("ceph-mon"):
            s3 = stack.enter_context(serving("ceph.py"))
        main()
