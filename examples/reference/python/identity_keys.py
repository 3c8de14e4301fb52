import requests

response = requests.get(
    "http://127.0.0.1:8000/.well-known/fluence-identity.json",
    timeout=30,
)
print(response.status_code, response.text)
