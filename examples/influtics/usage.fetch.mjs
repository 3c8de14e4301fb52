// What the account has used, by day.
const response = await fetch(`${process.env.INFLUTICS_URL}/v1/account/usage`, {
  headers: {
    Authorization: `Bearer ${process.env.INFLUTICS_API_KEY}`,
    'Content-Type': 'application/json',
  },
});
const body = await response.json();
if (!body.success) {
  console.error(`${response.status} ${body.code}: ${body.error}`);
  process.exit(1);
}
console.log(JSON.stringify(body.data));
