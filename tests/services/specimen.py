"""A service for tests, standard library only: answers /one and /two, or misbehaves in a known way."""

import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, WAY = int(sys.argv[1]), sys.argv[2]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, body = 200, b"right"
        if self.path == "/about":
            on = getattr(sys, "_is_gil_enabled", lambda: True)()
            on = {"lies": not on}.get(WAY, on)
            body = b'{"gil": %s}' % str(on).lower().encode()
        elif self.path == "/two":
            if WAY == "status":
                status = 500
            elif WAY == "wrong":
                body = b"something else"
            elif WAY == "silent":
                time.sleep(600)
            elif WAY == "dies":
                os._exit(3)
            elif WAY == "secret":
                print("the password is", os.environ.get("SECRET", "hunter2"), flush=True)
                status = 500
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        if WAY == "flood":
            sys.stdout.write("x" * 2**22)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


if WAY == "ends":
    sys.exit("could not read its settings")
if WAY == "never":
    time.sleep(600)
if WAY == "child":
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
threading.Thread(target=lambda: None).start()
Server(("127.0.0.1", PORT), Handler).serve_forever()
