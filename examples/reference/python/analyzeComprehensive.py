import os

import requests

response = requests.post(
    "http://127.0.0.1:8000/analyze-comprehensive",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    json={
        "first_name": "Marina",
        "last_name": "Duarte Prado",
        "company": "Horizonte Sistemas",
        "tier": "standard",
    },
    timeout=30,
)
print(response.status_code, response.text)
