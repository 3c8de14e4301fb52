// Prints the claims of a signed identity: verify_identity.mjs KEYS_URL AUDIENCE ISSUER TOKEN

import { createRemoteJWKSet, jwtVerify } from "jose";

const [keysUrl, audience, issuer, token] = process.argv.slice(2);
const keys = createRemoteJWKSet(new URL(keysUrl));
const { payload } = await jwtVerify(token, keys, { algorithms: ["EdDSA"], audience, issuer });
console.log(JSON.stringify(payload));
