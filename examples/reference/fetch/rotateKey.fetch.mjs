const response = await fetch(`http://127.0.0.1:8000/v1/keys/${process.env.KEY_ID}/rotate`, {
  method: 'POST',
  headers: {
    'X-API-Key': process.env.FLUENCE_API_KEY,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    overlap_seconds: 3600,
  }),
});
console.log(response.status, await response.text());
