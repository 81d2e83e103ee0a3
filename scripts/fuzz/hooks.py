"""What the document cannot tell the fuzzer: who signs in, how answers are asked for, which ids there are."""

import atexit
import json
import os
import random
import re
from collections import Counter, defaultdict, deque

import requests
import schemathesis

URL = os.environ["FUZZ_URL"]
# Hypothesis seeds the common generator anew for each case.
chance = random.Random(20260101)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# These calls may end the very token they are made with: each has an account of its own.
LAST_CALLS = {"POST /v1/auth/logout", "DELETE /v1/me", "DELETE /v1/me/devices/{id}"}

# Ids of the one account that all other calls share.
sessions, messages = deque(maxlen=50), deque(maxlen=50)
# Ids that any case deleted.
deleted = set()

# How often each call was answered with what: whoever reads it sees whether the fuzzer got anywhere.
answers = defaultdict(Counter)


@atexit.register
def report():
    for label, statuses in sorted(answers.items()):
        print(f"{label:40}", *(f"{status}×{count}" for status, count in sorted(statuses.items())))


def register():
    answer = requests.post(f"{URL}/v1/users", json={"name": "Fuzz"}, timeout=10)
    answer.raise_for_status()
    return answer.json()["access_token"]


@schemathesis.auth(refresh_interval=None)
class Bearer:
    """The shared account's token, or a new account's."""

    token = None

    def get(self, case, context):
        if context.operation.label in LAST_CALLS:
            return register()
        if Bearer.token is None:
            Bearer.token = register()
        return Bearer.token

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Asks for answers in each of their ways, and mostly for things that exist."""
    label = case.operation.label
    if label.startswith("POST") and label.endswith(("/messages", "/regenerate")):
        ways = ["application/json", "text/event-stream", "*/*", "image/png"]
        case.headers["Accept"] = chance.choices(ways, weights=[4, 4, 2, 1])[0]
        key = case.headers.get("Idempotency-Key")
        if key and len(key) < 100 and chance.random() < 0.8:
            # Else nearly all would be refused as another request of the same key.
            case.headers["Idempotency-Key"] = f"{key}-{chance.getrandbits(32):x}"
    stateful = case.meta is not None and case.meta.phase.name.name == "STATEFUL_TESTING"
    if stateful or not UUID.fullmatch(str(case.path_parameters.get("id", ""))) or chance.random() < 0.2:
        return
    signed_in = {"Authorization": case.headers.get("Authorization", "")}
    if label == "DELETE /v1/me/devices/{id}":
        devices = requests.get(f"{URL}/v1/me/devices", headers=signed_in, timeout=10)
        if devices.ok:
            case.path_parameters["id"] = devices.json()[0]["id"]
    elif label == "POST /v1/sessions/{id}/messages":
        # The others have mostly been ended.
        session = requests.post(f"{URL}/v1/sessions", headers=signed_in, json={}, timeout=10)
        if session.ok:
            case.path_parameters["id"] = session.json()["id"]
    elif "/v1/sessions/{id}" in label and sessions:
        case.path_parameters["id"] = chance.choice(sessions)
    elif "/v1/messages/{id}" in label and messages:
        case.path_parameters["id"] = chance.choice(messages)


@schemathesis.hook
def after_call(context, case, response):
    """Remembers what now exists, and what no longer does."""
    answers[case.operation.label][response.status_code] += 1
    if response.status_code == 201 and case.operation.label == "POST /v1/sessions":
        sessions.append(response.json()["id"])
    elif response.status_code == 202:
        messages.append(response.json()["message_id"])
    elif response.status_code == 201 and "user_message" in response.text:
        messages.append(response.json()["user_message"]["id"])
    elif response.status_code == 204 and case.operation.method.upper() == "DELETE":
        deleted.add(case.path_parameters.get("id"))


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops what the document says in words only: cursors, keys, proofs, time zones, blank texts, Accept, which plans there
    are, how many days are told of at once, which endpoints and keys there can be; that texts are trimmed first. And what
    is gone, as another case deleted it."""
    if type(failure).__name__ == "EnsureResourceAvailability":
        return case.path_parameters["id"] not in deleted
    if type(failure).__name__ == "AcceptedNegativeData" and isinstance(case.body, dict):
        texts = (case.body.get(field) for field in ("name", "title", "device_name", "comment"))
        return all(not isinstance(text, str) or text == text.strip() for text in texts)
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    try:
        problem = json.loads(response.content)
    except ValueError:
        return True
    if problem.get("type") in ("invalid-cursor", "not-acceptable", "idempotency-key-reused", "sign-in-invalid"):
        return False
    # To JSON Schema 7.0 is an integer.
    if "invalid type: floating point" in response.text:
        return False
    refused = problem.get("errors", [])
    return not refused or not all(said_in_words(case.body, error) for error in refused)


def said_in_words(body, error):
    field, value = error["field"], body
    if field in ("time_zone", "next_plan", "endpoint", "keys.p256dh", "keys.auth") or error["message"] in ("at most 366 days", "must not be after `to`"):
        return True
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return isinstance(value, str) and not value.strip()
