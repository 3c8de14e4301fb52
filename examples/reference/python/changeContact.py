import os

import requests

response = requests.patch(
    f"http://127.0.0.1:8000/v1/contacts/{os.environ['CONTACT_ID']}",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    json={
        "title": "Chief Revenue Officer",
        "bio": None,
    },
    timeout=30,
)
print(response.status_code, response.text)
