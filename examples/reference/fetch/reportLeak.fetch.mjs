const response = await fetch('http://127.0.0.1:8000/leaks/report', {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    token: 'THE-WHOLE-KEY-THAT-YOU-FOUND',
    url: 'https://gist.example/anna/1f3c',
  }),
});
console.log(response.status, await response.text());
