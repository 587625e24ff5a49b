import stripe
from itertools import islice

from cases import GATEWAY_URL, LISTED, PAGE_SIZE, Sdk, once, run, until_it_succeeds


# docs: stripe
def client(vault_key, **options):
    return stripe.StripeClient(
        vault_key, base_addresses={"api": f"{GATEWAY_URL}/stripe"}, **options
    )


def charge(client, description, idempotency_key=None):
    options = {} if idempotency_key is None else {"idempotency_key": idempotency_key}
    return client.v1.charges.create(
        {
            "amount": 1000,
            "currency": "usd",
            "source": "tok_visa",
            "description": description,
        },
        options,
    )


# docs end


def described(made):
    replayed = made.last_response.headers.get("idempotent-replayed") == "true"
    return {"id": made.id, "replayed": replayed}


def create(vault_key, marker, idempotency_key, **options):
    return described(charge(client(vault_key, **options), marker, idempotency_key))


def create_with_retries(vault_key, marker, idempotency_key):
    return create(vault_key, marker, idempotency_key, max_network_retries=2)


def create_with_module(vault_key, marker, idempotency_key):
    """The older style: settings of the module, which retries twice."""
    stripe.api_key = vault_key
    stripe.api_base = f"{GATEWAY_URL}/stripe"
    return described(
        stripe.Charge.create(
            amount=1000,
            currency="usd",
            source="tok_visa",
            description=marker,
            idempotency_key=idempotency_key,
        )
    )


def newest(vault_key):
    pages = client(vault_key).v1.charges.list({"limit": PAGE_SIZE}).auto_paging_iter()
    return [charge.id for charge in islice(pages, LISTED)]


def describe(error):
    return {"status": error.http_status, "message": error.user_message}


def sdk(create):
    return Sdk(create, newest, stripe.StripeError, describe)


run(sdk(create))
for name, made in (("retries", create_with_retries), ("module", create_with_module)):
    once(sdk(made), f"denied_by_policy_{name}")
    once(sdk(made), f"denied_by_cap_{name}")
    until_it_succeeds(sdk(made), f"in_doubt_{name}")
    until_it_succeeds(sdk(made), f"unavailable_{name}")
