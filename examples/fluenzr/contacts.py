"""The account's contacts."""

import os
import sys

import requests

answer = requests.get(
    f"{os.environ['FLUENZR_URL']}/v1/contacts",
    headers={"Authorization": f"Bearer {os.environ['FLUENZR_API_KEY']}", "Content-Type": "application/json"},
    timeout=30,
)
body = answer.json()
if not body["success"]:
    sys.exit(f"{answer.status_code} {body['error']['code']}: {body['error']['message']}")
for contact in body["data"]:
    print(contact["first_name"], contact["last_name"])
