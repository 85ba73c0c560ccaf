#!/usr/bin/env python3
"""Checks exported receipts from the published formats alone (RFC 6962, RFC 8032, RFC 8785 on the formats' profile), so that the program
that made them cannot agree only with itself. Needs Python 3.9 and the package `cryptography` (Debian: python3-cryptography).

    independent-proof.py FILE [--node http://user:password@host:port/] [--confirmations N]

With --node the root and count of each tree must stand in the chain under a name owned by whoever owns the issuer's identity.
Prints one JSON object per line. Exit code 0: everything holds; 1: something does not.
"""

import argparse
import base64
import datetime
import hashlib
import json
import re
import sys
import urllib.parse
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MESSAGE = {"msg_hash", "ts", "from", "to", "sig"}
CALL = {"call_hash", "start", "duration", "direction", "ts", "from", "to", "sig"}
NAME = re.compile(r"^ness:proofs:sms:(\d{8})(?::(.+))?$", re.S)


class Refused(Exception):
    """Something that does not hold; its text says what."""


def need(condition, what):
    if not condition:
        raise Refused(what)


def unb64(text, length):
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(len(data) == length, "a value has the wrong length")
    return data


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def check_signature(receipt):
    need(set(receipt) in (MESSAGE, CALL), "not the members of a receipt")
    datetime.datetime.fromisoformat(receipt["ts"])
    body = {name: value for name, value in receipt.items() if name != "sig"}
    try:
        Ed25519PublicKey.from_public_bytes(unb64(receipt["from"], 32)).verify(unb64(receipt["sig"], 64), canonical(body))
    except InvalidSignature as error:
        raise Refused("the signature does not verify") from error


def root_from_path(leaf, index, count, path):
    """RFC 9162 section 2.1.3.2, which is RFC 6962's tree walked from the leaf up."""
    need(0 <= index < count, "the index is outside of the tree")
    node, last, here = index, count - 1, leaf
    for sibling in path:
        need(last > 0, "the path is too long")
        if node & 1 or node == last:
            here = sha256(b"\x01", sibling, here)
            while not node & 1 and node > 0:
                node, last = node >> 1, last >> 1
        else:
            here = sha256(b"\x01", here, sibling)
        node, last = node >> 1, last >> 1
    need(last == 0, "the path is too short")
    return here


def check_receipt(entry, trees, issuer):
    receipt = entry["receipt"]
    check_signature(receipt)
    if entry["kind"] in ("provider", "call"):
        need(receipt["from"] == issuer, "signed by somebody else than the issuer")
    leaf = sha256(b"\x00", canonical(receipt))
    need(leaf.hex() == entry["leaf_hash"], "the leaf hash is another one")
    need(entry["proof"] is not None, "there is no proof")
    tree = trees.get(entry["date"])
    need(tree is not None, "the day's tree is missing")
    path = [bytes.fromhex(node) for node in entry["proof"]["path"]]
    need(root_from_path(leaf, entry["proof"]["index"], tree["count"], path).hex() == tree["root"], "not in the tree")


class Node:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        user = "%s:%s" % (urllib.parse.unquote(parts.username or ""), urllib.parse.unquote(parts.password or ""))
        self.authorization = "Basic " + base64.b64encode(user.encode()).decode()
        self.url = urllib.parse.urlunsplit((parts.scheme, "%s:%d" % (parts.hostname, parts.port), parts.path or "/", "", ""))

    def call(self, method, *params):
        body = json.dumps({"method": method, "params": params, "id": 1}, ensure_ascii=False).encode("utf-8")
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url, body, headers), timeout=20) as reply:
                return json.load(reply)["result"]
        except urllib.error.HTTPError as error:
            raise Refused("%s: %s" % (method, error.read().decode("utf-8", "replace").strip())) from error

    def name(self, name):
        record = self.call("name_show", name, "base64")
        need(not record.get("expired") and not record.get("deleted"), name + " has expired or was deleted")
        return record


def check_anchor(node, tree, issuer, confirmations):
    match = NAME.match(tree["name"] or "")
    need(match is not None and match.group(1) == tree["date"], "the tree names no anchor of its day")
    record = node.name(tree["name"])
    said = json.loads(base64.b64decode(record["value"]))
    need(said["merkle_root"].lower() == tree["root"] and said["count"] == tree["count"], "the chain has another root or count")
    date = tree["date"]
    need(said["period"] == "%s-%s-%sT00:00:00Z/24h" % (date[:4], date[4:6], date[6:]), "the chain has another period")
    worm = node.name("worm:user:ness:" + match.group(2) if match.group(2) else issuer["worm"])
    need(worm["address"] == record["address"], "the anchor has another owner than the identity")
    verify = re.search(r'\sverify="([^"]+)"', base64.b64decode(worm["value"]).decode("utf-8"))
    need(verify is not None, "the identity has no verify key")
    need(base64.b64decode(verify.group(1)) == unb64(issuer["verify"], 32), "the identity has another key")
    depth = node.call("getrawtransaction", record["txid"], True).get("confirmations", 0)
    need(depth >= confirmations, "the anchor has %d confirmations" % depth)
    return depth


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--node")
    parser.add_argument("--confirmations", type=int, default=1)
    options = parser.parse_args()
    with open(options.file, encoding="utf-8") as file:
        bundle = json.load(file)
    trees = {tree["date"]: tree for tree in bundle["trees"]}
    node = None if options.node is None else Node(options.node)
    faults = 0

    def report(what, check):
        nonlocal faults
        try:
            print(json.dumps({**what, "ok": True, **(check() or {})}))
        except (Refused, KeyError, TypeError, ValueError) as error:
            faults += 1
            print(json.dumps({**what, "ok": False, "fault": str(error)}))

    for entry in bundle["receipts"]:
        about = entry["receipt"].get("msg_hash") or entry["receipt"].get("call_hash")
        what = {"type": "receipt", "about": about, "kind": entry["kind"]}
        report(what, lambda: check_receipt(entry, trees, bundle["issuer"]["verify"]))
    for tree in trees.values() if node is not None else ():
        what = {"type": "anchor", "name": tree["name"]}
        report(what, lambda: {"confirmations": check_anchor(node, tree, bundle["issuer"], options.confirmations)})
    sys.exit(1 if faults > 0 or not bundle["receipts"] else 0)


main()
