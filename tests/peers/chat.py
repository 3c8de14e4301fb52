"""Chats by the official client: whole, streamed, streamed with usage, and stopped in the middle. Prints what came as JSON.
chat.py BASE_URL KEY"""

import json
import sys

from openai import AuthenticationError, OpenAI

base_url, key = sys.argv[1:]
client = OpenAI(base_url=base_url, api_key=key, max_retries=0)
asked = {"model": "any", "max_tokens": 50, "messages": [{"role": "user", "content": "four words of text"}]}


def text(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


whole = client.chat.completions.create(**asked)
streamed = list(client.chat.completions.create(stream=True, **asked))
counted = list(client.chat.completions.create(stream=True, stream_options={"include_usage": True}, **asked))
stopped = client.chat.completions.create(stream=True, **asked)
first = next(iter(stopped))
stopped.close()
try:
    OpenAI(base_url=base_url, api_key="an-unknown-key-for-tests", max_retries=0).chat.completions.create(**asked)
    refused = None
except AuthenticationError as error:
    refused = error.status_code

print(
    json.dumps(
        {
            "whole": whole.choices[0].message.content,
            "tokens": [whole.usage.prompt_tokens, whole.usage.completion_tokens],
            "streamed": text(streamed),
            "counted": text(counted),
            "events_not_asked_for": len([chunk for chunk in streamed if chunk.usage or not chunk.choices]),
            "usage": [counted[-1].usage.prompt_tokens, counted[-1].usage.completion_tokens],
            "first": text([first]),
            "refused": refused,
        }
    )
)
