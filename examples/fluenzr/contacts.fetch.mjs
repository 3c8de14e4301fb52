// The account's contacts.
const response = await fetch(`${process.env.FLUENZR_URL}/v1/contacts`, {
  headers: {
    Authorization: `Bearer ${process.env.FLUENZR_API_KEY}`,
    'Content-Type': 'application/json',
  },
});
const { success, data, error } = await response.json();
if (!success) {
  console.error(`${response.status} ${error.code}: ${error.message}`);
  process.exit(1);
}
for (const contact of data) {
  console.log(contact.first_name, contact.last_name);
}
