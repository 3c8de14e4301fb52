"""A chat API to sell: answers in the words that it was asked, whole or word by word, and counts words as tokens."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Chat(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        prompt = " ".join(message["content"] for message in asked["messages"])
        words = ("You said: " + prompt).split()[: asked.get("max_tokens", 1000)]
        usage = {"prompt_tokens": len(prompt.split()), "completion_tokens": len(words)}
        about = {"id": f"chatcmpl-{time.time_ns()}", "created": int(time.time()), "model": asked.get("model", "echo")}
        if asked.get("stream"):
            is_counted = asked.get("stream_options", {}).get("include_usage")
            self.stream({"object": "chat.completion.chunk", **about}, words, usage if is_counted else None)
        else:
            message = {"role": "assistant", "content": " ".join(words)}
            choices = [choice("stop", message=message)]
            self.answer({"object": "chat.completion", **about, "choices": choices, "usage": usage})

    def answer(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, about, words, usage):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for word in words:
            self.event({**about, "choices": [choice(delta={"content": word + " "})]})
        self.event({**about, "choices": [choice("stop", delta={})]})
        if usage:
            self.event({**about, "choices": [], "usage": usage})
        self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def event(self, body):
        self.chunk(b"data: " + json.dumps(body).encode() + b"\n\n")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, *_):
        pass


def choice(reason=None, **content):
    return {"index": 0, "finish_reason": reason, **content}


port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
server = ThreadingHTTPServer(("127.0.0.1", port), Chat)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
