"""What the account has used, by day."""

import json
import os
import sys

import requests

answer = requests.get(
    f"{os.environ['INFLUTICS_URL']}/v1/account/usage",
    headers={"Authorization": f"Bearer {os.environ['INFLUTICS_API_KEY']}", "Content-Type": "application/json"},
    timeout=30,
)
body = answer.json()
if not body["success"]:
    sys.exit(f"{answer.status_code} {body['code']}: {body['error']}")
print(json.dumps(body["data"]))
