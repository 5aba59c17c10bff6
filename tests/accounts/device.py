"""A device with passkeys, in software: what a browser would answer (WebAuthn level 3, §6 and §7)."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, NEW_KEY = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One passkey. ``verifies``: it asks its holder for a finger or a PIN."""

    origin: str
    verifies: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str) -> str:
        asked = json.loads(options)
        data = self._data(asked["rp"]["id"], NEW_KEY) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id
        made = {"fmt": "none", "attStmt": {}, "authData": data + cbor2.dumps(self._public())}
        return self._answer({"attestationObject": cbor2.dumps(made)}, "create", asked["challenge"])

    def use(self, options: str) -> str:
        asked = json.loads(options)
        self.count += 1
        data = self._data(asked["rpId"])
        said = self._said("get", asked["challenge"])
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"authenticatorData": data, "signature": signature}, "get", asked["challenge"])

    def _data(self, host: str, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _public(self) -> dict[int, Any]:
        """The public key as COSE writes it (RFC 9053, §7.1)."""
        point = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}

    def _said(self, act: str, challenge: str) -> bytes:
        said = {"type": f"webauthn.{act}", "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, parts: dict[str, bytes], act: str, challenge: str) -> str:
        response = {"clientDataJSON": self._said(act, challenge), **parts}
        id = bytes_to_base64url(self.id)
        written = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps({"id": id, "rawId": id, "type": "public-key", "response": written})
