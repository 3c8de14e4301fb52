"""Paid calls at a steady rate, each repeated under its Idempotency-Key until it is answered.

load.py URL CA_FILE SECONDS CALLS_PER_SECOND, with the API key in the variable KEY. Several keys, separated by spaces, take turns.
Prints one JSON object. `repeated` counts the attempts that were not answered.
"""

import itertools
import json
import os
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid

BODY = json.dumps({"primeiro_nome": "Marina", "ultimo_nome": "Duarte Prado", "empresa": "Horizonte Sistemas"})
PATIENCE_S = 150


class Load:
    def __init__(self, url, ca_file, keys):
        self.url, self.keys = url, itertools.cycle(keys)
        self.tls = ssl.create_default_context(cafile=ca_file or None)
        self.lock = threading.Lock()
        self.answered = self.failed = self.repeated = 0
        self.slowest_s = 0.0
        self.reasons = {}

    def once(self, name, key):
        headers = {"Content-Type": "application/json", "X-API-Key": key, "Idempotency-Key": name}
        request = urllib.request.Request(self.url, BODY.encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=10, context=self.tls) as answer:
                answer.read()
                return answer.status
        except urllib.error.HTTPError as error:
            error.read()
            return error.code
        except (OSError, urllib.error.URLError) as error:
            return type(error).__name__

    def call(self, key):
        name, began = str(uuid.uuid4()), time.monotonic()
        while time.monotonic() - began < PATIENCE_S:
            status = self.once(name, key)
            if status == 200:
                with self.lock:
                    self.answered += 1
                    self.slowest_s = max(self.slowest_s, time.monotonic() - began)
                return
            with self.lock:
                self.repeated += 1
                self.reasons[str(status)] = self.reasons.get(str(status), 0) + 1
            time.sleep(0.5)
        with self.lock:
            self.failed += 1


def main():
    url, ca_file, seconds, rate = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    load = Load(url, ca_file, os.environ["KEY"].split())
    threads = []
    began = time.monotonic()
    for number in range(int(seconds * rate)):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        thread = threading.Thread(target=load.call, args=(next(load.keys),))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    print(json.dumps({
        "calls": len(threads), "answered": load.answered, "failed": load.failed, "repeated": load.repeated,
        "reasons": load.reasons, "slowest_s": round(load.slowest_s, 2),
    }))


main()
