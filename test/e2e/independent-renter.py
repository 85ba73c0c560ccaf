#!/usr/bin/env python3
"""A second renter, written from the published formats alone (design page, section 6; ecosystem formats, section 4), so that the first
one cannot agree only with itself. Needs Python 3.9 and the package `cryptography` (Debian: python3-cryptography).

    independent-renter.py inbox --keyfile FILE --relay URL [--ack]
    independent-renter.py check-export --keyfile FILE EXPORT

Prints one JSON object per line. Exit code 0: everything verified; 1: something did not.
"""

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import sys
import urllib.request

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

GRANT_MEMBERS = (
    "v rental_id listing_id provider renter starts_at expires_at envelope_version rev credit sealed".split()
)
HEADER_MEMBERS = "v id listing_id rental_id seq ts".split()


class Refused(Exception):
    """Something that a renter must not believe; its text says what."""


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text):
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise Refused("not base64url") from error


def canonical(value):
    """RFC 8785 on the profile of the formats: ASCII member names and integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def verify(key, signature, data, what):
    try:
        Ed25519PublicKey.from_public_bytes(unb64(key)).verify(unb64(signature), data)
    except (InvalidSignature, ValueError) as error:
        raise Refused(what + " is not signed by " + key) from error


class Keys:
    """One 32-byte secret: the Ed25519 seed and, as the same bytes, the X25519 private key."""

    def __init__(self, keyfile):
        with open(keyfile, encoding="utf-8") as file:
            data = json.load(file)
        user = data["users"][data["current"]]
        seed = base64.b64decode(user["private"])
        self.signing = Ed25519PrivateKey.from_private_bytes(seed)
        self.opening = X25519PrivateKey.from_private_bytes(seed)
        raw = (Encoding.Raw, PublicFormat.Raw)
        self.verify = b64(self.signing.public_key().public_bytes(*raw))
        self.encrypt = b64(self.opening.public_key().public_bytes(*raw))
        if unb64(self.verify) != base64.b64decode(user["verify"]):
            raise Refused("the key file's verify key is not that of its private key")
        if unb64(self.encrypt) != base64.b64decode(user["public"]):
            raise Refused("the key file's public key is not that of its private key")

    def open_v1(self, envelope):
        """epk[32] || nonce[12] || ChaCha20-Poly1305, key = HKDF-SHA256(X25519, no salt, "privateness-sms-v1")."""
        try:
            shared = self.opening.exchange(X25519PublicKey.from_public_bytes(envelope[:32]))
            key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"privateness-sms-v1").derive(shared)
            return ChaCha20Poly1305(key).decrypt(envelope[32:44], envelope[44:], None)
        except (InvalidTag, ValueError) as error:
            raise Refused("the envelope does not open") from error


class Relay:
    def __init__(self, url, keys):
        self.url = url.rstrip("/")
        self.token = None
        challenge = self.call("/auth/challenge", {"pubkey": keys.verify})["challenge"]
        signature = b64(keys.signing.sign(challenge.encode("utf-8")))
        reply = self.call("/auth", {"pubkey": keys.verify, "challenge": challenge, "signature": signature})
        self.token = reply["token"]

    def call(self, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.token is not None:
            headers["Authorization"] = "Bearer " + self.token
        data = None if body is None else json.dumps(body).encode("utf-8")
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as reply:
            return json.load(reply)

    def messages(self):
        after, more = 0, True
        while more:
            page = self.call("/sms?after=%d&limit=2" % after)
            yield from page["messages"]
            after, more = page["next"], page["more"]


def check_grant(keys, grant):
    verify(grant["provider"], grant["signature"], canonical({m: grant[m] for m in GRANT_MEMBERS}), "the grant")
    if grant["renter"] != {"verify": keys.verify, "encrypt": keys.encrypt}:
        raise Refused("the grant is for another renter")
    return json.loads(keys.open_v1(unb64(grant["sealed"])))


def check_message(keys, grants, message):
    """The plaintext of a message of one of these grants, after all checks."""
    grant = grants.get(message["rental_id"])
    if grant is None or grant["listing_id"] != message["listing_id"]:
        raise Refused("the message belongs to no grant")
    envelope = unb64(message["envelope"])
    if message["signature_scope"] == "envelope_text":
        signed = message["envelope"].encode("ascii")
    else:
        header = {member: message[member] for member in HEADER_MEMBERS}
        signed = canonical(dict(header, envelope_sha256=b64(hashlib.sha256(envelope).digest())))
    verify(grant["provider"], message["signature"], signed, "the message")
    if message["v"] != 1:
        raise Refused("an envelope of this version needs HPKE")
    return keys.open_v1(envelope).decode("utf-8")


def read_payload(message, plain):
    """The sealed JSON without its padding; a text without JSON is a plain message of the ecosystem's tools."""
    try:
        payload = json.loads(plain)
    except ValueError:
        return {"type": "text", "body": plain}
    if len(plain.encode("utf-8")) % 256 != 0:
        raise Refused("the payload is not padded to 256 bytes")
    payload.pop("pad")
    for member in ("listing_id", "rental_id", "seq"):
        if message[member] is not None and payload[member] != message[member]:
            raise Refused("the payload's " + member + " is not the header's")
    return payload


def receipt_for(keys, grant, message):
    body = {
        "msg_hash": b64(hashlib.sha256(unb64(message["envelope"])).digest()),
        "ts": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        "from": keys.verify,
        "to": grant["provider"],
    }
    return dict(body, sig=b64(keys.signing.sign(canonical(body))))


def check_receipt(keys, message, receipt):
    body = {member: value for member, value in receipt.items() if member != "sig"}
    verify(keys.verify, receipt["sig"], canonical(body), "the receipt")
    if receipt["from"] != keys.verify:
        raise Refused("the receipt is from another key")
    if unb64(receipt["msg_hash"]) != hashlib.sha256(unb64(message["envelope"])).digest():
        raise Refused("the receipt is for another message")


def emit(value):
    print(json.dumps(value), flush=True)


def run_inbox(keys, options):
    relay = Relay(options.relay, keys)
    grants, receipts, failed = {}, [], False
    for rental in relay.call("/rentals")["rentals"]:
        secret = check_grant(keys, rental["grant"])
        grants[rental["grant"]["rental_id"]] = rental["grant"]
        emit({"type": "rental", "rental_id": rental["grant"]["rental_id"], "number": secret["number"]})
    for message in relay.messages():
        try:
            payload = read_payload(message, check_message(keys, grants, message))
        except Refused as reason:
            failed = True
            emit({"type": "error", "id": message["id"], "reason": str(reason)})
            continue
        emit(dict(payload, id=message["id"], verified=True))
        receipts.append(receipt_for(keys, grants[message["rental_id"]], message))
    if options.ack and receipts:
        emit(dict(relay.call("/sms/ack", {"receipts": receipts}), type="ack"))
    return 1 if failed else 0


def run_check_export(keys, options):
    with open(options.export, encoding="utf-8") as file:
        bundle = json.load(file)
    if bundle["renter"] != {"verify": keys.verify, "encrypt": keys.encrypt}:
        raise Refused("the export is of another renter")
    grants = {grant["rental_id"]: grant for grant in bundle["grants"]}
    for grant in grants.values():
        check_grant(keys, grant)
    for item in bundle["messages"]:
        if check_message(keys, grants, item["message"]) != item["plain"]:
            raise Refused("a plaintext is not what its envelope holds")
        check_receipt(keys, item["message"], item["receipt"])
    emit({"type": "checked", "grants": len(grants), "messages": len(bundle["messages"])})
    return 0


def main():
    parser = argparse.ArgumentParser(description="An independent renter.")
    commands = parser.add_subparsers(dest="command", required=True)
    inbox = commands.add_parser("inbox")
    inbox.add_argument("--relay", required=True)
    inbox.add_argument("--ack", action="store_true")
    export = commands.add_parser("check-export")
    export.add_argument("export")
    for command, run in ((inbox, run_inbox), (export, run_check_export)):
        command.add_argument("--keyfile", required=True)
        command.set_defaults(run=run)
    options = parser.parse_args()
    try:
        return options.run(Keys(options.keyfile), options)
    except Refused as reason:
        emit({"type": "error", "id": None, "reason": str(reason)})
        return 1


if __name__ == "__main__":
    sys.exit(main())
