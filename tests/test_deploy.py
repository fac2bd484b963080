"""`deploy/nginx.conf`, run as it is shipped where there is an nginx."""

import difflib
import gzip
import http.client
import json
import os
import subprocess
import tempfile
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.load import CONF, MARKS, behind, filled, find, keep, programs, report
from story.export import Edition, export, write_folder
from story.precompressed import with_gzip

NGINX = find("nginx")
with_nginx = pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")


class Seat(BaseHTTPRequestHandler):
    """Stands in for a process of the live page: says which it is and what it was asked."""

    def do_GET(self):
        said = {"port": self.server.server_port, "path": self.path, **dict(self.headers.items())}
        data = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(story):
    """An exported folder where any server may read it, and things that are no part of it."""
    with tempfile.TemporaryDirectory(prefix="site-") as name:
        Path(name).chmod(0o755)
        write_folder(Path(name), with_gzip(export(story, Edition()).folder()))
        Path(name, ".hidden").write_text("hidden", "utf-8")
        yield Path(name)


@pytest.fixture(scope="module")
def seats():
    """Three processes of a live page."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Seat) for _ in range(3)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [server.server_port for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def ask(site, seats):
    """`ask(path, **headers)`: status, headers and body that nginx answers."""
    with ExitStack() as stack:
        address, _ = stack.enter_context(behind(NGINX, site, seats))

        def one(path, **headers):
            connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
            connection.request("GET", path, headers={n.replace("_", "-"): v for n, v in headers.items()})  # fmt: skip
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            return answer.status, answer.headers, body

        yield one


def test_only_ports_and_paths_are_filled_in(tmp_path):
    shipped = CONF.read_text("utf-8")

    here = filled(shipped, tmp_path, tmp_path / "site", 8080, [9001, 9002])

    lines = list(difflib.unified_diff(shipped.splitlines(), here.splitlines(), lineterm="", n=0))
    gone = {line[1:].split()[0] for line in lines if line.startswith("-") and line[1:2] != "-"}
    come = {line[1:].split()[0] for line in lines if line.startswith("+") and line[1:2] != "+"}
    assert gone == {"pid", "error_log", "listen", "root", "server"}
    assert come == gone | {"client_body_temp_path", "proxy_temp_path"}


def test_a_configuration_without_what_is_filled_in_is_refused(tmp_path):
    with pytest.raises(ValueError, match="0 times, not once"):
        filled("events {}", tmp_path, tmp_path, 8080, [9001])


def test_the_table_stands_between_its_marks_and_nothing_else_changes(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{MARKS[0]}\nold\n{MARKS[1]}\nafter\n", "utf-8")
    found = {"a_second": 1000.0, "p99_ms": 20.0, "bytes": 5000.0, "errors": 0}

    keep(page, report(10, found, found, [(2.0, 20, 500.0), (4.0, 25, 900.0)], 0.1))

    text = page.read_text("utf-8")
    assert text.startswith(f"before\n{MARKS[0]}\n| figure")
    assert text.endswith(f"{MARKS[1]}\nafter\n")
    assert "old" not in text
    assert "| 4 : 1" in text, "100 viewers of the files to 25 of the live page"
    page.write_text("no marks", "utf-8")
    with pytest.raises(ValueError, match="once each"):
        keep(page, "")


@with_nginx
def test_nginx_finds_no_fault_in_it():
    with tempfile.TemporaryDirectory() as name:
        conf = Path(name, "nginx.conf")
        conf.write_text(filled(CONF.read_text("utf-8"), Path(name), Path(name), 8080, [9001]), "utf-8")  # fmt: skip

        tried = subprocess.run([NGINX, "-t", "-c", str(conf)], capture_output=True, text=True)

    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr
    assert "[emerg]" not in tried.stderr


@with_nginx
def test_a_page_is_sent_as_it_was_compressed(ask, site):
    status, headers, body = ask("/", Accept_Encoding="gzip")

    assert status == 200
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert body == (site / "index.html.gz").read_bytes()


@with_nginx
def test_who_cannot_read_gzip_gets_it_plain(ask, site):
    status, headers, body = ask("/export.js")

    assert status == 200
    assert "Content-Encoding" not in headers
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert body == (site / "export.js").read_bytes()


@with_nginx
def test_every_file_of_the_folder_is_served_with_its_policy_and_type(ask, site):
    names = [path.name for path in site.iterdir() if path.suffix in (".html", ".js", ".css")]
    assert len(names) > 12
    for name in names:
        status, headers, body = ask(f"/{name}", Accept_Encoding="gzip")

        assert status == 200
        assert gzip.decompress(body) == (site / name).read_bytes()
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Type"].startswith("text/")
        assert "Set-Cookie" not in headers


@with_nginx
def test_asked_again_it_answers_in_a_few_bytes_until_the_file_changes(ask, site):
    _, headers, _ = ask("/card.css", Accept_Encoding="gzip")
    assert headers["Cache-Control"] == "no-cache"

    again = ask("/card.css", Accept_Encoding="gzip", If_None_Match=headers["ETag"])
    assert (again[0], again[2]) == (304, b"")

    for name in ("card.css", "card.css.gz"):
        os.utime(site / name, (1, 1))
    changed = ask("/card.css", If_None_Match=headers["ETag"])
    assert changed[0] == 200


@with_nginx
@pytest.mark.parametrize(
    "path",
    [
        "/index.html.gz", "/.hidden", "/.git/config", "/nothing.html", "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd", "/../../etc/passwd", "/live/../.hidden",
    ],
)  # fmt: skip
def test_what_is_no_page_is_not_served(ask, path):
    status, _, body = ask(path)

    assert status in (400, 404)
    assert b"root:" not in body
    assert b"hidden" not in body


@with_nginx
def test_a_viewer_of_the_live_page_stays_with_one_process(ask, seats):
    _, headers, _ = ask("/live/")
    cookie = headers["Set-Cookie"].split(";")[0]
    assert headers["Set-Cookie"].endswith("; Path=/live/; HttpOnly; SameSite=Lax")

    asked = [ask(f"/live/media/{n}", Cookie=cookie) for n in range(20)]

    assert len({json.loads(body)["port"] for _, _, body in asked}) == 1
    assert not any("Set-Cookie" in headers for _, headers, _ in asked)


@with_nginx
def test_viewers_are_spread_over_all_processes(ask, seats):
    cookies = {ask("/live/")[1]["Set-Cookie"].split(";")[0] for _ in range(60)}
    assert len(cookies) == 60

    taken = [json.loads(ask("/live/", Cookie=cookie)[2])["port"] for cookie in cookies]

    assert set(taken) == set(seats)
    assert max(taken.count(port) for port in seats) < 45


@with_nginx
def test_without_cookies_a_viewer_stays_with_one_process_too(ask):
    asked = {json.loads(ask("/live/", User_Agent="a browser")[2])["port"] for _ in range(20)}

    assert len(asked) == 1


@with_nginx
def test_a_websocket_is_handed_on(ask):
    _, _, body = ask("/live/_stcore/stream", Connection="Upgrade", Upgrade="websocket", Host="story.example")  # fmt: skip

    said = json.loads(body)
    assert (said["Upgrade"], said["Connection"]) == ("websocket", "upgrade")
    assert (said["path"], said["Host"]) == ("/live/_stcore/stream", "story.example")


@with_nginx
def test_a_live_page_that_is_down_leaves_the_files_up(site):
    with behind(NGINX, site) as (address, _):
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
        connection.request("GET", "/live/")
        down = connection.getresponse()
        down.read()
        connection.request("GET", "/")
        up = connection.getresponse()
        assert (down.status, up.status) == (502, 200)
        connection.close()


def test_what_is_missing_for_the_benchmark_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setattr("benchmarks.load.find", lambda name: None)
    monkeypatch.setattr("benchmarks.load.shutil.which", lambda name: None)

    with pytest.raises(SystemExit) as stop:
        programs()

    assert str(stop.value) == "bench-load needs nginx and wrk: install nginx-light and wrk (Debian's names)"  # fmt: skip
