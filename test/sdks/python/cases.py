"""The cases that every SDK goes through, whatever its API. Prints one JSON object for each on stdout."""

import json
import os
from dataclasses import dataclass
from typing import Any, Callable, Optional

GATEWAY_URL = os.environ["KEYBRAKE_URL"]
VAULT_KEYS: dict[str, str] = json.loads(os.environ["KEYBRAKE_VAULT_KEYS"])
PAGE_SIZE = 2
LISTED = 5

Outcome = dict[str, Any]


@dataclass(frozen=True)
class Sdk:
    """One money-moving call and one list of an SDK, and how it tells an error."""

    # Vault key, text that the provider's witness will show, idempotency key.
    create: Callable[[str, str, Optional[str]], Outcome]
    # Vault key; the newest LISTED ids, in pages of PAGE_SIZE.
    newest: Callable[[str], list[str]]
    error: type[Exception]
    describe: Callable[[Any], Outcome]


def error_class(error: Exception) -> str:
    """`stripe.RateLimitError` for a class that lives somewhere inside of stripe."""
    return f"{type(error).__module__.split('.')[0]}.{type(error).__qualname__}"


def attempt(
    sdk: Sdk, case: str, marker: str, idempotency_key: Optional[str]
) -> Outcome:
    try:
        return sdk.create(VAULT_KEYS[case], marker, idempotency_key)
    except sdk.error as error:
        return {"error": {"class": error_class(error), **sdk.describe(error)}}


def report(case: str, calls: list[Outcome], **more: Any) -> None:
    print(json.dumps({"case": case, "calls": calls, **more}), flush=True)


def once(sdk: Sdk, case: str) -> None:
    report(case, [attempt(sdk, case, case, None)])


def twice(sdk: Sdk, case: str, second_marker: str) -> None:
    first = attempt(sdk, case, case, case)
    report(case, [first, attempt(sdk, case, second_marker, case)])


def until_it_succeeds(sdk: Sdk, case: str) -> None:
    """As a careful agent does: an error is followed by the same call with the same idempotency key."""
    calls = [attempt(sdk, case, case, case)]
    if "error" in calls[0]:
        calls.append(attempt(sdk, case, case, case))
    report(case, calls)


def page_by_page(sdk: Sdk, case: str) -> None:
    calls = [attempt(sdk, case, case, None) for _ in range(LISTED)]
    report(case, calls, listed=sdk.newest(VAULT_KEYS[case]))


def run(sdk: Sdk) -> None:
    for case in ("success", "denied_by_policy", "denied_by_cap", "bad_key"):
        once(sdk, case)
    twice(sdk, "replay", "replay")
    twice(sdk, "mismatch", "mismatch, changed")
    page_by_page(sdk, "pages")
    until_it_succeeds(sdk, "in_doubt")
    until_it_succeeds(sdk, "unavailable")
