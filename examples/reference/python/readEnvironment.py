import os

import requests

response = requests.get(
    f"http://127.0.0.1:8000/v1/environments/{os.environ['ENVIRONMENT_ID']}",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    timeout=30,
)
print(response.status_code, response.text)
