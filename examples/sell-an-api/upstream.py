"""An API to sell: counts the words of a text. Knows nothing of keys, plans or credits."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Words(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
        if text.strip():
            self.answer(200, {"words": len(text.split()), "asked_by": self.headers.get("Fluence-Account")})
        else:
            self.answer(422, {"error": "the text is empty"})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
server = ThreadingHTTPServer(("127.0.0.1", port), Words)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
