const response = await fetch('http://127.0.0.1:8000/openapi.json');
console.log(response.status, await response.text());
