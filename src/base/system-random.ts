// The operating system's randomness.

import type { Random } from "./random.ts";

export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};
