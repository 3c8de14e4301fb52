#!/usr/bin/env python3
"""Proves the main job on real text: imports essays as people into a running gateway's database, then analyses 50 of them.

    scripts/prove_on_essays.py --essays ../shared/data/essays-en.jsonl.gz [--count 50] [--listen 127.0.0.1:8000]

The texts are read from where they are, sent to the gateway on this machine, and stay out of the repository. Each line of
the file holds `id` and `text`. The directory takes them under the source `essays`; the names are made from the ids.
Set FLUENCE to the program (default target/release/fluence); DATABASE_URL and FLUENCE_DATA_DIR as for the gateway.
"""
import argparse
import collections
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

FLUENCE = os.environ.get("FLUENCE", "target/release/fluence")
LETTERS = "abcdefghij"


def name_of(number):
    """A surname that only this essay has: its number, digit by digit, as letters."""
    return "Essay" + "".join(LETTERS[int(digit)] for digit in str(number)).capitalize()


def people(path):
    """Directory lines made of the essays, one post a paragraph-sized piece."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            essay = json.loads(line)
            words = essay["text"].split()
            posts = [" ".join(words[at : at + 120]) for at in range(0, len(words), 120)]
            yield {
                "external_id": str(essay["id"]),
                "source": "essays",
                "legal_basis": "research, on this machine only",
                "first_name": "Alex",
                "last_name": name_of(essay["id"]),
                "company": f"{name_of(essay['id'])} Studio",
                "posts": [{"text": text} for text in posts[:50]],
            }


def fluence(*arguments):
    """Runs the program and reads its JSON."""
    done = subprocess.run([FLUENCE, *arguments, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"fluence {' '.join(arguments)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def analyse(address, key, person):
    """One call of /analyze: status, body, seconds."""
    body = json.dumps({field: person[field] for field in ("first_name", "last_name", "company")}).encode()
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{address}/analyze", body, headers)
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer), time.perf_counter() - began
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), time.perf_counter() - began


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--essays", required=True)
    arguments.add_argument("--count", type=int, default=50)
    arguments.add_argument("--listen", default="127.0.0.1:8000")
    options = arguments.parse_args()

    everybody = list(people(options.essays))
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(person) + "\n" for person in everybody)
        file.flush()
        print("imported:", fluence("directory", "import", file.name))
    account = fluence("account", "create", "--name", "Essays", "--email", "essays@example.com",
                      "--plan", "enterprise", "--edition", "2025-06")["id"]
    key = fluence("key", "create", "--account", account, "--name", "essays")["key"]

    step = max(1, len(everybody) // options.count)
    chosen = everybody[::step][: options.count]
    statuses, openness, spent = collections.Counter(), [], []
    for person in chosen:
        status, body, took_s = analyse(options.listen, key, person)
        statuses[body.get("error_code", status)] += 1
        spent.append(took_s * 1000)
        if status == 200:
            openness.append(body["analise"]["ocean_scores"]["openness"])
    print("answers:", dict(statuses))
    if openness:
        print(f"openness percentiles: {min(openness)} to {max(openness)}, median {statistics.median(openness)}")
    print(f"milliseconds a call: median {statistics.median(spent):.1f}, largest {max(spent):.1f}")
    print("ledger:", fluence("ledger", "verify", "--account", account))


if __name__ == "__main__":
    main()
