import axios from 'axios';

const response = await axios({
  method: 'post',
  url: 'http://127.0.0.1:8000/analyze-comprehensive',
  headers: { 'X-API-Key': process.env.FLUENCE_API_KEY },
  data: {
    first_name: 'Marina',
    last_name: 'Duarte Prado',
    company: 'Horizonte Sistemas',
    tier: 'standard',
  },
  timeout: 30_000,
  validateStatus: () => true,
});
console.log(response.status, JSON.stringify(response.data, null, 2));
