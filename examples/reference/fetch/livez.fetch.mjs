const response = await fetch('http://127.0.0.1:8000/livez');
console.log(response.status, await response.text());
