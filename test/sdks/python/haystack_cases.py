"""The pipelines of docs/examples/haystack, retried, branched, saved and loaded. One JSON object a line on stdout."""

import asyncio
import json
import sys
from pathlib import Path

from haystack import Pipeline
from haystack.core.errors import PipelineRuntimeError

from cases import GATEWAY_URL, VAULT_KEYS

sys.path.insert(0, str(Path(__file__).parents[3] / "docs" / "examples" / "haystack"))

from pipelines import MODULES, Receipt, charge_and_receipt, two_branches


def order(case, idempotency_key):
    return {
        "amount": 1000,
        "currency": "usd",
        "description": case,
        "vault_key": VAULT_KEYS[case],
        "idempotency_key": idempotency_key,
    }


def report(case, **seen):
    print(json.dumps({"case": case, **seen}), flush=True)


def retried_after_a_failure(case):
    """The step after the charge fails at first, so the whole pipeline runs again."""
    pipeline = charge_and_receipt(GATEWAY_URL)
    receipt = pipeline.get_component("receipt")
    attempts = []

    def fails_once(charge_id):
        attempts.append(charge_id)
        if len(attempts) == 1:
            raise RuntimeError("the printer is on fire")
        return Receipt.run(receipt, charge_id)

    receipt.run = fails_once
    failures = []
    for _ in range(2):
        try:
            result = pipeline.run({"charge": order(case, "order-1")})
        except PipelineRuntimeError as error:
            failures.append(str(error))
    report(case, charges=attempts, failures=failures, receipt=result["receipt"]["text"])


def branched(case, left_key, right_key):
    orders = {"left": order(case, left_key), "right": order(case, right_key)}
    result = asyncio.run(two_branches(GATEWAY_URL).run_async(orders))
    report(case, charges=[result[side]["charge_id"] for side in ("left", "right")])


def saved_and_loaded(case):
    pipeline = charge_and_receipt(GATEWAY_URL)
    outputs = {"include_outputs_from": {"charge"}}
    runs = [pipeline.run({"charge": order(case, "order-1")}, **outputs)]
    text = pipeline.dumps()
    loaded = Pipeline.loads(text, allowed_modules=MODULES)
    for key in ("order-1", "order-2"):
        runs.append(loaded.run({"charge": order(case, key)}, **outputs))
    charges = [run["charge"]["charge_id"] for run in runs]
    replayed = [run["charge"]["replayed"] for run in runs]
    report(case, charges=charges, replayed=replayed, yaml=text)


def denied(case):
    try:
        charge_and_receipt(GATEWAY_URL).run({"charge": order(case, "order-1")})
    except PipelineRuntimeError as error:
        cause = type(error.__cause__)
        report(
            case, failures=[str(error)], cause=f"{cause.__module__}.{cause.__name__}"
        )


retried_after_a_failure("retried")
branched("branched_one_key", "order-1", "order-1")
branched("branched_two_keys", "order-1", "order-2")
saved_and_loaded("saved")
denied("denied_by_cap")
