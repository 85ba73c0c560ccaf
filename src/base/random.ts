// The randomness port: cryptographic bytes. Tests inject a seeded one, so that runs repeat.

export interface Random {
  /** `length` bytes from a cryptographically secure source, 0-65536. */
  bytes(length: number): Uint8Array;
}

/** A float in [0, 1) for jitter; not for keys. */
export function randomFraction(random: Random): number {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4);
  return (a * 0x1000000 + b * 0x10000 + c * 0x100 + d) / 0x100000000;
}
