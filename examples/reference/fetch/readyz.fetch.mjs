const response = await fetch('http://127.0.0.1:8000/readyz');
console.log(response.status, await response.text());
