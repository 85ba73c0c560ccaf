// The node's answers, as far as they are read. Names and values are the world's: any text.

import { z } from "zod";
import { fromBase64url, type MicroEmc, microEmc } from "../base/index.ts";

/** A JSON number with six decimals. Rounding undoes what a double does to the last one; amounts stay far below 2^53 micro-EMC. */
export const amount = z.number().transform((value): MicroEmc => microEmc(Math.round(value * 1_000_000)));
export const txid = z.string().regex(/^[0-9a-f]{64}$/);
/** Asked for in base64: other people's values may be any bytes. */
export const base64Value = z.string().transform((text) => fromBase64url(text));

export const blockchainInfo = z.object({
  chain: z.enum(["main", "test", "regtest"]),
  blocks: z.int(),
  headers: z.int(),
  bestblockhash: z.string(),
  initialblockdownload: z.boolean(),
});

export const nodeInfo = z.object({ fullversion: z.string(), connections: z.int(), mintonly: z.boolean().optional() });

export const walletInfo = z.object({
  walletname: z.string(),
  balance: amount,
  unconfirmed_balance: amount,
  immature_balance: amount,
  /** Only of an encrypted wallet; 0 while it is locked. */
  unlocked_until: z.number().optional(),
});

export const nameShow = z.object({
  name: z.string(),
  value: base64Value,
  txid,
  vout: z.int(),
  address: z.string(),
  expires_in: z.int().optional(),
  expires_at: z.int(),
  expired: z.literal(true).optional(),
  deleted: z.literal(true).optional(),
});

export const nameRows = z.array(
  z.object({ name: z.string(), value: base64Value, registered_at: z.int(), expires_in: z.int() }),
);

const nameChange = z.object({
  txid,
  address: z.string(),
  address_is_mine: z.literal("true").optional(),
  operation: z.enum(["name_new", "name_update", "name_delete"]),
  days_added: z.int().optional(),
  value: base64Value.optional(),
});
export type NameChangeReply = z.infer<typeof nameChange>;
export const nameHistory = z.array(nameChange.extend({ height: z.int() }));
export const nameMempool = z.array(nameChange.extend({ name: z.string() }));

export const rawTransaction = z.object({
  hex: z.string(),
  confirmations: z.int().optional(),
  blockhash: z.string().optional(),
});

export const txOut = z
  .object({
    value: amount,
    confirmations: z.int(),
    scriptPubKey: z.object({ hex: z.string(), addresses: z.array(z.string()).optional() }),
  })
  .nullable();

export const scanned = z.object({
  success: z.boolean(),
  height: z.int(),
  unspents: z.array(z.object({ txid, vout: z.int(), scriptPubKey: z.string(), amount, height: z.int() })),
});

export const unspents = z.array(
  z.object({
    txid,
    vout: z.int(),
    address: z.string().optional(),
    scriptPubKey: z.string(),
    amount,
    confirmations: z.int(),
    spendable: z.boolean(),
    safe: z.boolean().optional(),
  }),
);

export const outpoints = z.array(z.object({ txid, vout: z.int() }));

export const addressInfo = z.object({ ismine: z.boolean(), pubkey: z.string().optional() });

export const funded = z.object({ hex: z.string(), fee: amount });
export const signed = z.object({ hex: z.string(), complete: z.boolean() });
export const decodedTransaction = z.object({
  txid,
  vin: z.array(z.object({ txid: z.string().optional(), vout: z.int().optional() })),
});

export const received = z.array(z.object({ address: z.string(), txids: z.array(txid) }));
export const history = z.array(
  z.object({ address: z.string().optional(), category: z.string(), txid, confirmations: z.int() }),
);

export const walletTransaction = z.object({
  confirmations: z.int(),
  details: z.array(z.object({ address: z.string().optional(), category: z.string(), amount, vout: z.int() })),
});

export const randpayVerdict = z.object({
  txid,
  amount,
  expected: amount,
  risk: z.int(),
  won: z.boolean(),
  sent: z.boolean(),
});

export const multisig = z.object({ address: z.string() });
export const processedPsbt = z.object({ psbt: z.string(), complete: z.boolean() });
export const finalizedPsbt = z.object({ hex: z.string().optional(), complete: z.boolean() });
export const block = z.object({
  hash: z.string(),
  height: z.int(),
  previousblockhash: z.string().optional(),
  mint: amount.optional(),
  flags: z.string(),
  tx: z.array(z.string()),
});

/** With its transactions (verbosity 2). */
export const fullBlock = block.extend({
  tx: z.array(
    z.object({
      version: z.int(),
      vout: z.array(z.object({ scriptPubKey: z.object({ hex: z.string() }) })),
    }),
  ),
});
