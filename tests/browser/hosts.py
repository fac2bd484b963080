"""Systems that take the story in: a web server of this machine that serves what it is given."""

import io
import json
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".json": "application/json", ".xml": "application/xml",
}  # fmt: skip


class Host:
    """One origin: `put` says what it serves, `posts` keeps what pages sent to it."""

    def __init__(self, server):
        self.address = f"http://127.0.0.1:{server.server_port}"
        self.files = {}
        self.posts = []
        self.arrived = threading.Condition()

    def put(self, path, content, headers=()):
        """Serve `content` at `path`, with `headers` beside its type; return its address."""
        data = content.encode("utf-8") if isinstance(content, str) else content
        self.files[path] = (data, dict(headers))
        return self.address + path

    def put_folder(self, path, files, headers=()):
        """Serve the files of a folder, by name; return its address."""
        for name, content in files.items():
            self.put(path + name, content, headers)
        return self.address + path

    def put_zip(self, path, package, headers=()):
        """Serve what is in a zip, as a system that unpacks it does."""
        with zipfile.ZipFile(io.BytesIO(package)) as opened:
            return self.put_folder(
                path, {name: opened.read(name) for name in opened.namelist()}, headers
            )

    def posted(self, true, seconds=20):
        """Wait until what was sent last answers `true`; return it."""
        with self.arrived:
            came = self.arrived.wait_for(lambda: self.posts and true(self.posts[-1]), seconds)
        assert came, f"never came; last: {self.posts[-1:]}"
        return self.posts[-1]


@contextmanager
def hosting():
    """Run a host on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = self.path.split("?")[0].split("#")[0]
            data, headers = host.files.get(path, (b"", {}))
            self.send_response(200 if path in host.files else 404)
            for name, value in headers.items():
                self.send_header(name, value)
            self.answer(data, TYPES.get(Path(path).suffix, "text/html; charset=utf-8"))

        def do_POST(self):
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with host.arrived:
                host.posts.append(said)
                host.arrived.notify_all()
            self.send_response(200)
            self.answer(b'{"result": "true", "errorCode": 0}', "application/json")

        def answer(self, data, kind):
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    host = Host(server)
    host.put("/favicon.ico", "")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
