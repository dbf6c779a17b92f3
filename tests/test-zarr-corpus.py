#!/usr/bin/python3
# Other people's arrays, in every encoding that there is: their digests are those that other readers found
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: test-zarr-corpus.py ZARR-DIGEST     LAMINA_CORPUS is the folder with zarr/expected.json
import json
import os
import subprocess
import sys

# Complex numbers are no image.
UNREAD_TYPES = ("c8", "c16")


def in_scope(row):
    return row["expect"] == "content" and row["encoding"]["dtype"][1:] not in UNREAD_TYPES


corpus = os.environ.get("LAMINA_CORPUS")
if not corpus:
    print("skipped: LAMINA_CORPUS is not set")
    sys.exit(77)

root = os.path.join(corpus, "zarr")
rows = {}
for row in json.load(open(os.path.join(root, "expected.json"))):
    if row["path"] not in rows or rows[row["path"]]["expect"] != "content":
        rows[row["path"]] = row  # a folder may hold the same content in two formats

run = subprocess.run([sys.argv[1], "--root", root, *rows], capture_output=True, text=True)
answers = {path: digest for digest, path in (line.split(" ", 1) for line in run.stdout.splitlines())}
failures = []
for path, row in rows.items():
    answer = answers.get(path, "nothing")
    if in_scope(row) and answer != row["sha256"]:
        failures.append(f"{path}: {answer}")
    elif row["expect"] == "content" and answer not in ("error", row["sha256"]):
        failures.append(f"{path}: {answer}, which is wrong")
    elif row["expect"] in ("error", "not-numeric") and answer != "error":
        failures.append(f"{path}: {answer}, where an error is right")
print("\n".join(failures))
print(f"{len(rows)} arrays, {sum(map(in_scope, rows.values()))} to be right, {len(failures)} failures")
sys.exit(bool(failures) or run.returncode not in (0, 1))
