#!/usr/bin/python3
"""The guide's whole job against stand-ins: OMERO.web is asked for an image, the bucket read, the planes segmented.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import contextlib
import json
import os
import shutil
import urllib.request
from types import SimpleNamespace

from harness import SAMPLE, case, folder, good, lamina, listening, main, note, one_line

ID = 501
KEY = f"zarr/v0.4/idr0123A/{ID}.zarr"


def image(**changes):
    """What OMERO.web says of the sample."""
    pixels = {"@id": ID, "SizeX": 240, "SizeY": 200, "SizeZ": 9, "SizeC": 2, "SizeT": 3, "Type": {"value": "uint16"},
              "Channels": [{"Name": "nuclei", "Color": 866844671}, {"Name": "filaments", "Color": -5242625}]}
    for axis, size in (("X", 0.25), ("Y", 0.25), ("Z", 1.0)):
        pixels[f"PhysicalSize{axis}"] = {"Unit": "MICROMETER", "Value": size}
    pixels.update(changes)
    return {"@id": ID, "Name": "cells.tif", "AcquisitionDate": 1717754400000, "omero:details": {}, "Pixels": pixels}


@contextlib.contextmanager
def idr(answer=None, *options):
    """OMERO.web and a bucket with the sample in it: their URLs."""
    with folder() as top:
        key = os.path.join(top, "idr", KEY)
        shutil.copytree(SAMPLE, key)
        answers = os.path.join(top, "answers.json")
        with listening("bad-server", top) as bucket:
            said = answer or image()
            text = json.dumps({f"/api/v0/m/images/{ID}/": {"data": said}}).replace("BUCKET", bucket.split("//")[1])
            with open(answers, "w", encoding="utf-8") as file:
                file.write(text)
            with listening("omero-server", "--answers", answers, *options) as server:
                yield SimpleNamespace(server=server, bucket=bucket)


def source(hosts, location=ID):
    return f"idr-s3-source location={location} server={hosts.server} endpoint={hosts.bucket} level=2 z=4"


def segment(hosts, **options):
    return lamina("run", f"{source(hosts)} ! parallel-segment", **options)


def stats(hosts):
    with urllib.request.urlopen(f"{hosts.server}/stats") as answer:
        return json.load(answer)


@case
def named_by_rule():
    """an image that the server knows, found in the bucket by IDR's naming rule"""
    with idr() as hosts:
        assert "planes 6," in good(segment(hosts)).out


@case
def named_by_server():
    """an image whose place the server tells"""
    said = image()
    said["omero:details"]["externalInfo"] = {"EntityType": "com.glencoesoftware.ngff:multiscales", "EntityId": 3,
                                             "Lsid": f"s3://BUCKET/idr/{KEY}/?anonymous=true"}
    with idr(said) as hosts:
        assert "planes 6," in good(segment(hosts)).out


@case
def unknown_image():
    """an image that does not exist"""
    with idr() as hosts:
        one_line(lamina("run", source(hosts, 999)), 1, "999")


@case
def contradictions():
    """a server and a store that disagree: an error that names both"""
    for changes in ({"SizeZ": 10}, {"Type": {"value": "uint8"}}, {"SizeX": 239}):
        with idr(image(**changes)) as hosts:
            one_line(segment(hosts), 1, "9" if "SizeZ" in changes else "uint16" if "Type" in changes else "240",
                     "10" if "SizeZ" in changes else "uint8" if "Type" in changes else "239")


@case
def no_server():
    """a server that is not there"""
    one_line(lamina("run", f"idr-s3-source location={ID} server=http://127.0.0.1:1 endpoint=http://127.0.0.1:1"), 1, "127.0.0.1:1")


@case
def garbage():
    """a server that answers with something else"""
    for kind in ("cut", "page", "deep"):
        with idr(None, "--break", f"/images/={kind}") as hosts:
            one_line(segment(hosts), 1, "/images/")


@case
def login():
    """a private server: logged in with what the environment says, and logged out, also after an error"""
    def account(password):
        return dict(os.environ, OMERO_USER="alice", OMERO_PASSWORD=password)

    with idr(None, "--private") as hosts:
        good(segment(hosts, env=account("secret")))
        seen = stats(hosts)
        note(seen)
        assert seen["logins"] == seen["logouts"] == 1
        one_line(lamina("run", source(hosts, 999), env=account("secret")), 1, "999")
        seen = stats(hosts)
        assert seen["logins"] == seen["logouts"] == 2
        result = segment(hosts, env=account("wrong"))
        one_line(result, 1, "login")
        assert "wrong" not in result.err


@case
def interrupted():
    """Ctrl-C while the server makes one wait: exit 130 within the two seconds that a logout may take"""
    with idr(None, "--private", "--delay", "/api/v0/m/images/=5000") as hosts:
        result = segment(hosts, interrupt_after=1, env=dict(os.environ, OMERO_USER="alice", OMERO_PASSWORD="secret"))
        assert result.status == 130, f"{result.status} {result.err}"
        assert result.after_interrupt < 2.5
        seen = stats(hosts)
        assert seen["logins"] == seen["logouts"] == 1, seen


if __name__ == "__main__":
    main()
