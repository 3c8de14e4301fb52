const response = await fetch('http://127.0.0.1:8000/.well-known/fluence-identity.json');
console.log(response.status, await response.text());
