const response = await fetch(`http://127.0.0.1:8000/v1/keys/${process.env.KEY_ID}/disable`, {
  method: 'POST',
  headers: { 'X-API-Key': process.env.FLUENCE_API_KEY },
});
console.log(response.status, await response.text());
