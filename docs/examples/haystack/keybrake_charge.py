"""A Haystack component that charges a card through Keybrake."""

import stripe
from haystack import component


@component
class KeybrakeCharge:
    """Charges once for each idempotency key, however often a pipeline, a branch or an agent runs it.

    The vault key and the idempotency key are inputs of a run. As init parameters they would stand in the pipeline's
    YAML, and every run of a loaded pipeline would be the same charge.
    """

    def __init__(self, gateway_url: str):
        self.gateway_url = gateway_url

    @component.output_types(charge_id=str, replayed=bool)
    def run(
        self,
        amount: int,
        currency: str,
        description: str,
        vault_key: str,
        idempotency_key: str,
        source: str = "tok_visa",
    ):
        client = stripe.StripeClient(
            vault_key,
            base_addresses={"api": f"{self.gateway_url}/stripe"},
            # Safe: a retry carries the same idempotency key, and Keybrake says when it is no use.
            max_network_retries=2,
        )
        charge = client.v1.charges.create(
            {
                "amount": amount,
                "currency": currency,
                "source": source,
                "description": description,
            },
            {"idempotency_key": idempotency_key},
        )
        replayed = charge.last_response.headers.get("idempotent-replayed") == "true"
        return {"charge_id": charge.id, "replayed": replayed}
