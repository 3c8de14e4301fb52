"""Prints the claims of a signed identity: verify_identity.py KEYS_URL AUDIENCE ISSUER TOKEN"""

import json
import sys

import jwt

keys_url, audience, issuer, token = sys.argv[1:]
key = jwt.PyJWKClient(keys_url).get_signing_key_from_jwt(token)
print(json.dumps(jwt.decode(token, key, algorithms=["EdDSA"], audience=audience, issuer=issuer)))
