#!/usr/bin/python3
"""A real S3 on loopback: a Ceph object store of one monitor, one OSD in memory and one gateway, all in one folder.

usage: tests/servers/ceph.py

Prints one line of JSON when it is ready, and ends, with Ceph, when its standard input does:
  url     the gateway; http://BUCKET.s3.localhost:PORT is a bucket's own host there
  access_key, secret_key   of the user who owns the buckets
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import json
import os
import subprocess
import sys
import tempfile
import uuid

from ports import answers, free_ports, wait

ACCESS_KEY, SECRET_KEY = "LAMINATESTACCESS", "laminatestsecret0123456789/+abc="
MEMORY = 1 << 30
PATIENCE = 90  # seconds until a daemon answers

CONFIGURATION = """
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon}/0]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = {folder}/keyring
run dir = {folder}
log file = {folder}/$name.log
admin socket =
pid file = {folder}/$name.pid
crash dir = {folder}
mon data = {folder}/mon
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 500
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = {memory}
osd op num shards = 2
osd op num threads per shard = 1
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{rgw} tcp_nodelay=1
rgw enable apis = s3, admin
rgw enable usage log = false
rgw enable ops log = false
rgw dns name = s3.localhost
rgw thread pool size = 64
"""

CAPABILITIES = {
    "mon.": {"mon": "allow *"},
    "client.admin": {"mon": "allow *", "osd": "allow *"},
    "osd.0": {"mon": "allow profile osd", "osd": "allow *"},
    "client.rgw": {"mon": "allow rw", "osd": "allow rwx"},
}


class Ceph:
    """The daemons, which end with this process."""

    def __init__(self, folder):
        self.folder, self.daemons = folder, []
        mon, self.port = free_ports(2)
        self.fsid = str(uuid.uuid4())
        self.configuration = f"{folder}/ceph.conf"
        for name in ("mon", "osd", "rgw"):
            os.mkdir(f"{folder}/{name}")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=folder, fsid=self.fsid, mon=mon, rgw=self.port, memory=MEMORY))
        self.make_keys()
        self.start_monitor(mon)
        self.start_osd()
        self.start_gateway()

    def tool(self, program, *arguments, check=True):
        return subprocess.run([program, *arguments], check=check, capture_output=True, text=True, timeout=PATIENCE)

    def ceph(self, program, *arguments, check=True):
        return self.tool(program, "-c", self.configuration, *arguments, check=check)

    def daemon(self, program, *arguments):
        with open(f"{self.folder}/{program}.out", "w", encoding="utf-8") as out:
            self.daemons.append(subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", program, "-c", self.configuration, "-f", *arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out))

    def wait(self, ready, what):
        if not wait(ready, self.daemons, PATIENCE, 0.2):
            raise TimeoutError(f"{what} does not start")

    def make_keys(self):
        keyring = f"{self.folder}/keyring"
        for i, (name, capabilities) in enumerate(CAPABILITIES.items()):
            options = [option for pair in capabilities.items() for option in ("--cap", *pair)]
            self.tool("ceph-authtool", *(["--create-keyring"] if i == 0 else []), keyring, "--gen-key", "-n", name,
                      *options)

    def start_monitor(self, port):
        self.tool("monmaptool", "--create", "--fsid", self.fsid, "--addv", "a", f"[v2:127.0.0.1:{port}]",
                  f"{self.folder}/monmap")
        self.ceph("ceph-mon", "--mkfs", "-i", "a", "--monmap", f"{self.folder}/monmap", "--keyring",
                  f"{self.folder}/keyring")
        self.daemon("ceph-mon", "-i", "a")
        self.wait(lambda: answers(port), "the monitor")
        self.wait(lambda: self.ceph("ceph", "--connect-timeout", "5", "mon", "stat", check=False).returncode == 0,
                  "the monitor")

    def start_osd(self):
        osd = str(uuid.uuid4())
        self.ceph("ceph", "osd", "new", osd, "0")
        self.ceph("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        self.daemon("ceph-osd", "-i", "0")
        self.wait(lambda: '"num_up_osds":1' in self.ceph("ceph", "osd", "stat", "-f", "json").stdout, "the OSD")

    def start_gateway(self):
        self.daemon("radosgw", "-n", "client.rgw")
        self.wait(lambda: answers(self.port), "the gateway")
        self.ceph("radosgw-admin", "-n", "client.rgw", "user", "create", "--uid=lamina", "--display-name=lamina",
                  f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}")

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.kill()  # it keeps nothing
            daemon.wait()


def main():
    with tempfile.TemporaryDirectory(prefix="lamina-ceph-") as folder:
        ceph = Ceph(folder)
        try:
            print(json.dumps({"url": f"http://127.0.0.1:{ceph.port}", "port": ceph.port, "access_key": ACCESS_KEY,
                              "secret_key": SECRET_KEY}), flush=True)
            sys.stdin.read()
        finally:
            ceph.stop()


if __name__ == "__main__":
    main()
