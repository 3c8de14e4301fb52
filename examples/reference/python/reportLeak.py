import requests

response = requests.post(
    "http://127.0.0.1:8000/leaks/report",
    json={
        "token": "THE-WHOLE-KEY-THAT-YOU-FOUND",
        "url": "https://gist.example/anna/1f3c",
    },
    timeout=30,
)
print(response.status_code, response.text)
