#!/usr/bin/python3
"""Serves a folder as public buckets on loopback, with nginx, on ports that nobody uses.

usage: tests/servers/nginx.py FOLDER [--log FILE]

Prints one line of JSON when it is ready, and ends, with nginx, when its standard input does:
  url     a missing object is 404, as in a bucket that anyone may list
  closed  a missing object is 403, as where the reader may not list
  tls     https, of a certificate that only `ca` vouches for
  ca      that certificate
  pid     of nginx, for tests that kill their server
--log FILE gets a line for each request: status, bytes, path.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import argparse
import getpass
import json
import os
import subprocess
import sys
import tempfile

from ports import answers, free_ports, wait

CONFIGURATION = """
user {user};
daemon off;
master_process off;
pid {folder}/pid;
events {{ worker_connections 1024; }}
http {{
  default_type application/octet-stream;
  log_format counted '$status $body_bytes_sent $uri';
  access_log {log};
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  sendfile on; tcp_nopush on; tcp_nodelay on;
  keepalive_requests 1000000;
  root {root};
  error_page 404 = @missing;
  map $server_port $missing {{ default 404; {closed} 403; }}
  server {{
    listen 127.0.0.1:{url}; listen 127.0.0.1:{closed}; listen 127.0.0.1:{tls} ssl http2;
    ssl_certificate {folder}/certificate; ssl_certificate_key {folder}/key;
    location / {{ limit_except GET HEAD {{ deny all; }} if (-d $request_filename) {{ return 404; }} }}
    location @missing {{
      default_type application/xml;
      if ($missing = 403) {{ return 403 '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'; }}
      return 404 '<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>';
    }}
  }}
}}
"""


def make_certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", f"{folder}/key", "-out", f"{folder}/certificate"], check=True, capture_output=True)


def start(root, log, folder):
    """Starts nginx, which ends with this process, and returns it with its ports."""
    url, closed, tls = free_ports(3)
    with open(f"{folder}/conf", "w", encoding="utf-8") as file:
        file.write(CONFIGURATION.format(user=getpass.getuser(), folder=folder, root=root, url=url, closed=closed,
                                        tls=tls, log=f"{log} counted" if log else "off"))
    nginx = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "nginx", "-c", f"{folder}/conf", "-e", f"{folder}/errors"],
                             stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin"))
    if wait(lambda: answers(url), [nginx], 5, 0.05):
        return nginx, url, closed, tls
    with open(f"{folder}/errors", encoding="utf-8") as file:
        sys.exit("nginx does not start: " + file.read())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("--log")
    options = parser.parse_args()
    root, log = os.path.abspath(options.root), options.log and os.path.abspath(options.log)
    with tempfile.TemporaryDirectory(prefix="lamina-nginx-") as folder:
        make_certificate(folder)
        nginx, url, closed, tls = start(root, log, folder)
        print(json.dumps({"url": f"http://127.0.0.1:{url}", "closed": f"http://127.0.0.1:{closed}",
                          "tls": f"https://127.0.0.1:{tls}", "ca": f"{folder}/certificate", "pid": nginx.pid}), flush=True)
        sys.stdin.read()
        nginx.terminate()
        nginx.wait()


if __name__ == "__main__":
    main()
