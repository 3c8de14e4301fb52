import axios from 'axios';

const response = await axios({
  method: 'post',
  url: 'http://127.0.0.1:8000/leaks/report',
  data: {
    token: 'THE-WHOLE-KEY-THAT-YOU-FOUND',
    url: 'https://gist.example/anna/1f3c',
  },
  timeout: 30_000,
  validateStatus: () => true,
});
console.log(response.status, JSON.stringify(response.data, null, 2));
