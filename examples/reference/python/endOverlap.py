import os

import requests

response = requests.post(
    f"http://127.0.0.1:8000/v1/keys/{os.environ['KEY_ID']}/end-overlap",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    timeout=30,
)
print(response.status_code, response.text)
