import os

import requests

response = requests.post(
    "http://127.0.0.1:8000/v1/keys",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    json={
        "name": "backend",
        "scopes": ["read", "invoke"],
        "daily_cap": 1000,
    },
    timeout=30,
)
print(response.status_code, response.text)
