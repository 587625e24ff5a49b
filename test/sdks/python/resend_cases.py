import resend
from resend.exceptions import ResendError

from cases import GATEWAY_URL, LISTED, PAGE_SIZE, Sdk, run


# docs: resend
def use(vault_key):
    resend.api_url = f"{GATEWAY_URL}/resend"
    resend.api_key = vault_key


def send(subject, idempotency_key=None):
    options = {} if idempotency_key is None else {"idempotency_key": idempotency_key}
    return resend.Emails.send(
        {
            "from": "a@example.com",
            "to": ["b@example.com"],
            "subject": subject,
            "html": "<p>hi</p>",
        },
        options,
    )


# docs end


def create(vault_key, marker, idempotency_key):
    use(vault_key)
    sent = send(marker, idempotency_key)
    headers = {name.lower(): value for name, value in sent["http_headers"].items()}
    return {
        "id": sent["id"],
        "replayed": headers.get("idempotent-replayed") == "true",
    }


def newest(vault_key):
    use(vault_key)
    ids, more = [], {}
    while len(ids) < LISTED:
        page = resend.Emails.list({"limit": PAGE_SIZE, **more})
        ids += [email["id"] for email in page["data"]]
        more = {"after": ids[-1]}
    return ids[:LISTED]


def describe(error):
    return {"status": int(error.code), "message": error.message}


run(Sdk(create, newest, ResendError, describe))
