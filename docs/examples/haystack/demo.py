"""Runs the pipelines against `npm start`; an argument names another file than its `.keybrake/demo.json`."""

import asyncio
import json
import sys
from pathlib import Path
from uuid import uuid4

from haystack import Pipeline

from pipelines import MODULES, charge_and_receipt, two_branches

demo = json.loads(Path((sys.argv[1:] or [".keybrake/demo.json"])[0]).read_text())
order = {
    "amount": 2000,
    "currency": "usd",
    "description": "order 1001",
    "vault_key": demo["providers"]["stripe"]["vaultKey"],
    "idempotency_key": f"order-1001-{uuid4()}",
}

pipeline = charge_and_receipt(demo["gatewayUrl"])
print("first run:   ", pipeline.run({"charge": order})["receipt"]["text"])
print("second run:  ", pipeline.run({"charge": order})["receipt"]["text"])

branches = two_branches(demo["gatewayUrl"])
result = asyncio.run(branches.run_async({"left": order, "right": order}))
print("left branch:  Paid:", result["left"]["charge_id"])
print("right branch: Paid:", result["right"]["charge_id"])

loaded = Pipeline.loads(pipeline.dumps(), allowed_modules=MODULES)
print("from YAML:   ", loaded.run({"charge": order})["receipt"]["text"])
