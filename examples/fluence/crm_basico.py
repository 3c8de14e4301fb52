"""Who a person is, in Portuguese, for one credit."""

import os
import sys

import requests

answer = requests.post(
    f"{os.environ['FLUENCE_PORTUGUESE_URL']}/crm_basico",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    json={"primeiro_nome": "João", "ultimo_nome": "Silva", "empresa": "Microsoft Brasil"},
    timeout=30,
)
if answer.status_code != 200:
    sys.exit(f"HTTP {answer.status_code}: {answer.text}")

result = answer.json()
print("person:", result["analise"]["person"]["first_name"])
print("credits used:", result["billing_info"]["creditos_utilizados"])
