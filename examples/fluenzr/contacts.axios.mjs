// The account's contacts.
import axios from 'axios';

const client = axios.create({
  baseURL: `${process.env.FLUENZR_URL}/v1`,
  headers: { Authorization: `Bearer ${process.env.FLUENZR_API_KEY}` },
});

try {
  const { data } = await client.get('/contacts');
  for (const contact of data.data) {
    console.log(contact.first_name, contact.last_name);
  }
} catch (error) {
  console.error(error.response?.data ?? error.message);
  process.exit(1);
}
