// The floor of sealing: the primitives of one envelope v1 and one signature by bare node:crypto, without formats, checks or copies.

import {
  createCipheriv,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  hkdfSync,
  randomFillSync,
  sign,
} from "node:crypto";

/** Does once what sealing and signing `length` bytes costs at least: one-time key pair, X25519, HKDF, ChaCha20-Poly1305, SHA-256, Ed25519. */
export function bareSealer(length: number): () => void {
  const recipient = createPublicKey(generateKeyPairSync("x25519").privateKey);
  const signer = generateKeyPairSync("ed25519").privateKey;
  const plaintext = Buffer.alloc(length, "x");
  const header = Buffer.alloc(256, "y");
  const nonce = Buffer.alloc(12);
  return () => {
    const { privateKey, publicKey } = generateKeyPairSync("x25519");
    const shared = diffieHellman({ privateKey, publicKey: recipient });
    const key = createSecretKey(Buffer.from(hkdfSync("sha256", createSecretKey(shared), "", "bench", 32)));
    const cipher = createCipheriv("chacha20-poly1305", key, randomFillSync(nonce), { authTagLength: 16 });
    const body = cipher.update(plaintext);
    cipher.final();
    const head = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
    const envelope = Buffer.concat([head, nonce, body, cipher.getAuthTag()]);
    header.write(hash("sha256", envelope, "base64url"));
    sign(null, header, signer);
  };
}
