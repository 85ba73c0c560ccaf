// The Emercoin node over REST: `/api/v1/chain`.

import { z } from "zod";
import { problemBody } from "./box.ts";

/** Decimal of EMC with six digits behind the point. */
export const emcAmount = z.string().regex(/^-?\d{1,10}\.\d{6}$/);

/** `GET …/chain`. `node` is null where none is configured; `problem` says why it does not answer. */
export const chainView = z.object({
  configured: z.boolean(),
  /** Whether the box can sign now: the wallet has no passphrase, is open, or its passphrase is in memory. */
  ready: z.boolean(),
  node: z
    .object({
      network: z.enum(["main", "test", "regtest"]),
      version: z.string(),
      height: z.int(),
      headers: z.int(),
      synced: z.boolean(),
      peers: z.int(),
    })
    .nullable(),
  wallet: z
    .object({
      name: z.string(),
      lock: z.enum(["unencrypted", "locked", "unlocked", "minting"]),
      confirmed: emcAmount,
      unconfirmed: emcAmount,
      immature: emcAmount,
    })
    .nullable(),
  problem: problemBody.nullable(),
});
export type ChainView = z.infer<typeof chainView>;

/** `POST …/chain/unlock`: the passphrase stays in the box's memory for so long; null until the box stops. */
export const unlockRequest = z.strictObject({
  passphrase: z.string().min(1).max(1024),
  minutes: z.int().min(1).max(525_600).nullable(),
});
