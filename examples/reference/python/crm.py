import os

import requests

response = requests.post(
    "http://127.0.0.1:8000/crm",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    json={
        "primeiro_nome": "Marina",
        "ultimo_nome": "Duarte Prado",
        "empresa": "Horizonte Sistemas",
    },
    timeout=30,
)
print(response.status_code, response.text)
