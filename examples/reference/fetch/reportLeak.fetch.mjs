const response = await fetch('http://127.0.0.1:8000/leaks/report', {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    token: 'fluence_live_0000000000000000000000000000000000000000',
    url: 'https://gist.example/anna/1f3c',
  }),
});
console.log(response.status, await response.text());
