import requests

response = requests.get(
    "http://127.0.0.1:8000/readyz",
    timeout=30,
)
print(response.status_code, response.text)
