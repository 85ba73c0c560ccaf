"""An independent reader and writer of the formats, over the Python package `cryptography`.

Reads one JSON request on standard input, writes one JSON answer. Written from the format descriptions and from RFC 9180 alone;
it shares no code with the product.
"""

import base64
import hashlib
import hmac
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(key):
    """The bytes of a public key; Debian 12 has a package without the newer short form."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def canonical(value):
    """RFC 8785 for the input profile: ASCII names, integers, any text in values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def v1_key(shared):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"privateness-sms-v1").derive(shared)


def seal_v1(request):
    ephemeral = X25519PrivateKey.from_private_bytes(unb64(request["ephemeral"]))
    nonce = unb64(request["nonce"])
    key = v1_key(ephemeral.exchange(X25519PublicKey.from_public_bytes(unb64(request["recipient"]))))
    sealed = ChaCha20Poly1305(key).encrypt(nonce, unb64(request["plaintext"]), None)
    return b64(raw(ephemeral.public_key()) + nonce + sealed)


def open_v1(request):
    envelope = unb64(request["envelope"])
    secret = X25519PrivateKey.from_private_bytes(unb64(request["seed"]))
    key = v1_key(secret.exchange(X25519PublicKey.from_public_bytes(envelope[:32])))
    return b64(ChaCha20Poly1305(key).decrypt(envelope[32:44], envelope[44:], None))


def extract(salt, data):
    return hmac.new(salt, data, hashlib.sha256).digest()


def expand(prk, info, length):
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.new(prk, block + info + bytes([counter]), hashlib.sha256).digest()
        out, counter = out + block, counter + 1
    return out[:length]


def labeled_extract(suite, salt, label, ikm):
    return extract(salt, b"HPKE-v1" + suite + label + ikm)


def labeled_expand(suite, prk, label, info, length):
    return expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length)


def open_v2(request):
    """RFC 9180: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, ChaCha20Poly1305 0x0003, base mode."""
    envelope = unb64(request["envelope"])
    assert envelope[0] == 2
    enc, sealed = envelope[1:33], envelope[33:]
    secret = X25519PrivateKey.from_private_bytes(unb64(request["seed"]))
    kem = b"KEM" + bytes.fromhex("0020")
    dh = secret.exchange(X25519PublicKey.from_public_bytes(enc))
    context = enc + raw(secret.public_key())
    shared = labeled_expand(kem, labeled_extract(kem, b"", b"eae_prk", dh), b"shared_secret", context, 32)
    suite = b"HPKE" + bytes.fromhex("002000010003")
    psk_id_hash = labeled_extract(suite, b"", b"psk_id_hash", b"")
    info_hash = labeled_extract(suite, b"", b"info_hash", b"numberbox-sms-v2")
    schedule = b"\x00" + psk_id_hash + info_hash
    prk = labeled_extract(suite, shared, b"secret", b"")
    key = labeled_expand(suite, prk, b"key", schedule, 32)
    nonce = labeled_expand(suite, prk, b"base_nonce", schedule, 12)
    return b64(ChaCha20Poly1305(key).decrypt(nonce, sealed, canonical(request["header"])))


def verified(key, signature, data):
    try:
        Ed25519PublicKey.from_public_bytes(unb64(key)).verify(unb64(signature), data)
        return True
    except InvalidSignature:
        return False


def verify_message(request):
    message = request["message"]
    signed = {name: message[name] for name in ("v", "id", "listing_id", "rental_id", "seq", "ts")}
    signed["envelope_sha256"] = b64(hashlib.sha256(unb64(message["envelope"])).digest())
    return verified(request["verify"], message["signature"], canonical(signed))


def verify_object(request):
    """A receipt (`sig`) or a grant (`signature`): the signature covers everything else."""
    body = dict(request["object"])
    signature = body.pop(request["member"])
    return verified(request["verify"], signature, canonical(body))


def sign_receipt(request):
    receipt = dict(request["receipt"])
    key = Ed25519PrivateKey.from_private_bytes(unb64(request["seed"]))
    data = json.dumps(receipt, sort_keys=True, separators=(",", ":")).encode()
    receipt["sig"] = b64(key.sign(data))
    return receipt


ACTIONS = {
    "seal_v1": seal_v1,
    "open_v1": open_v1,
    "open_v2": open_v2,
    "verify_message": verify_message,
    "verify_object": verify_object,
    "sign_receipt": sign_receipt,
}

requests = json.load(sys.stdin)
json.dump([ACTIONS[request["do"]](request) for request in requests], sys.stdout)
