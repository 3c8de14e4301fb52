import os

import requests

response = requests.get(
    "http://127.0.0.1:8000/v1/environments?limit=10",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    timeout=30,
)
print(response.status_code, response.text)
