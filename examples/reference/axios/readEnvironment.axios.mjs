import axios from 'axios';

const response = await axios({
  method: 'get',
  url: `http://127.0.0.1:8000/v1/environments/${process.env.ENVIRONMENT_ID}`,
  headers: { 'X-API-Key': process.env.FLUENCE_API_KEY },
  timeout: 30_000,
  validateStatus: () => true,
});
console.log(response.status, JSON.stringify(response.data, null, 2));
