import os

import requests

response = requests.patch(
    f"http://127.0.0.1:8000/v1/keys/{os.environ['KEY_ID']}",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    json={
        "name": "backend-2",
        "daily_cap": None,
    },
    timeout=30,
)
print(response.status_code, response.text)
