"""Two pipelines around KeybrakeCharge."""

from haystack import Pipeline, component

from keybrake_charge import KeybrakeCharge

# Haystack loads components of its own packages only, unless told otherwise.
MODULES = ["keybrake_charge", "pipelines"]


@component
class Receipt:
    """Stands for what comes after a charge, and may fail when the money has moved."""

    @component.output_types(text=str)
    def run(self, charge_id: str):
        return {"text": f"Paid: {charge_id}"}


def charge_and_receipt(gateway_url: str) -> Pipeline:
    pipeline = Pipeline()
    pipeline.add_component("charge", KeybrakeCharge(gateway_url=gateway_url))
    pipeline.add_component("receipt", Receipt())
    pipeline.connect("charge.charge_id", "receipt.charge_id")
    return pipeline


def two_branches(gateway_url: str) -> Pipeline:
    """Two branches that know nothing of each other; `run_async` runs them at the same time."""
    pipeline = Pipeline()
    pipeline.add_component("left", KeybrakeCharge(gateway_url=gateway_url))
    pipeline.add_component("right", KeybrakeCharge(gateway_url=gateway_url))
    return pipeline
