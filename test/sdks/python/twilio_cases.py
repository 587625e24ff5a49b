from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from cases import GATEWAY_URL, LISTED, PAGE_SIZE, Sdk, run

# docs: twilio
_idempotency_key = ContextVar("idempotency_key", default=None)


class KeybrakeHttpClient(TwilioHttpClient):
    """Twilio's SDK has no idempotency keys of its own; Keybrake takes them as a header."""

    def request(self, method, url, params=None, data=None, headers=None, **more):
        if (key := _idempotency_key.get()) is not None:
            headers = {**(headers or {}), "Idempotency-Key": key}
        return super().request(method, url, params, data, headers, **more)


@contextmanager
def idempotency_key(key):
    token = _idempotency_key.set(key)
    try:
        yield
    finally:
        _idempotency_key.reset(token)


def client(vault_key):
    # Keybrake puts the real account SID in.
    made = Client("AC" + "0" * 32, vault_key, http_client=KeybrakeHttpClient())
    made.api.base_url = f"{GATEWAY_URL}/twilio"
    return made


# docs end


def create(vault_key, marker, key):
    with nullcontext() if key is None else idempotency_key(key):
        message = client(vault_key).messages.create(
            to="+15005550010", from_="+15005550006", body=marker
        )
    return {"id": message.sid}


def newest(vault_key):
    messages = client(vault_key).messages.list(limit=LISTED, page_size=PAGE_SIZE)
    return [message.sid for message in messages]


def describe(error):
    return {"status": error.status, "message": error.msg}


run(Sdk(create, newest, TwilioRestException, describe))
