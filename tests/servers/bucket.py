"""A client of S3 for tests: signed requests (AWS Signature Version 4) in path style, over one connection a thread.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import datetime
import hashlib
import hmac
import http.client
import json
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

REGION = "default"


class Bucket:
    """A bucket of @server, which has a port and keys; made anew."""

    def __init__(self, server, name):
        self.server, self.name, self.local = server, name, threading.local()
        self.request("PUT")

    def sign(self, method, path, query, body):
        """The headers that vouch for a request."""
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{now[:8]}/{REGION}/s3/aws4_request"
        headers = {"host": f"127.0.0.1:{self.server.port}", "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
                   "x-amz-date": now}
        names = ";".join(headers)
        canonical = "\n".join([method, path, query + "=" if query else "",
                               *(f"{name}:{value}" for name, value in headers.items()), "", names,
                               headers["x-amz-content-sha256"]])
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.server.secret_key).encode()
        for part in (*scope.split("/"), text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        credential = f"{self.server.access_key}/{scope}"
        headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, "
                                    f"Signature={key.hex()}")
        return headers

    def request(self, method, key="", query="", body=b""):
        path = "/" + urllib.parse.quote(f"{self.name}/{key}" if key else self.name, safe="/-._~")
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        self.local.connection.request(method, f"{path}?{query}" if query else path, body,
                                      self.sign(method, path, query, body))
        answer = self.local.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text}"

    def put(self, objects):
        """Uploads pairs of a key and its bytes."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda item: self.request("PUT", item[0], body=item[1]), objects))

    def allow_all(self, *actions, but=()):
        """Lets everybody do @actions, except reading the keys @but."""
        resources = [f"arn:aws:s3:::{self.name}", f"arn:aws:s3:::{self.name}/*"]
        statements = [{"Effect": "Allow", "Principal": "*", "Action": [f"s3:{action}" for action in actions],
                       "Resource": resources}]
        statements += [{"Effect": "Deny", "Principal": "*", "Action": ["s3:GetObject"],
                        "Resource": [f"arn:aws:s3:::{self.name}/{key}"]} for key in but]
        self.request("PUT", query="policy",
                     body=json.dumps({"Version": "2012-10-17", "Statement": statements}).encode())
