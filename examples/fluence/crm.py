"""The whole analysis of a person, in Portuguese, for two credits."""

import os
import sys

import requests

answer = requests.post(
    f"{os.environ['FLUENCE_PORTUGUESE_URL']}/crm",
    headers={"X-API-Key": os.environ["FLUENCE_API_KEY"]},
    json={"primeiro_nome": "Maria", "ultimo_nome": "Santos", "empresa": "Google Brasil"},
    timeout=30,
)
if answer.status_code != 200:
    sys.exit(f"HTTP {answer.status_code}: {answer.text}")

result = answer.json()
print("type:", result["analise"]["mbti_type"])
print("credits used:", result["billing_info"]["creditos_utilizados"])
