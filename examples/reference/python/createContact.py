import os

import requests

response = requests.post(
    "http://127.0.0.1:8000/v1/contacts",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    json={
        "first_name": "Ana",
        "last_name": "Prates",
        "company": "Zyntra",
        "title": "Head of Sales",
        "posts": [
            {
                "text": "We opened an office in Recife.",
                "published_at": "2026-01-15",
            },
        ],
    },
    timeout=30,
)
print(response.status_code, response.text)
