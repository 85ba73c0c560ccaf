// What a renter keeps of an order until its number is there: enough to go on after a crash without paying twice.

import { z } from "zod";
import { fromUtf8, utf8 } from "../base/index.ts";
import { chapText, orderIdText, parseJsonWith, publicKeyText, rentRequest, ticketHex } from "../protocol/index.ts";
import type { Folder } from "./folder.ts";

export const orderFile = z.strictObject({
  v: z.literal(1),
  relay: z.string(),
  /** How the relay is reached where that is not simply its address. */
  way: z
    .strictObject({
      mirrors: z.array(z.string()),
      socks5: z.string().nullable(),
      pins: z.record(z.string(), z.string()),
    })
    .optional(),
  keyfile: z.string(),
  request: rentRequest,
  /** Verify key that the chain named when the order was made. */
  provider: publicKeyText,
  /** Micro-EMC, as the listing said. */
  rental: z.int().min(0),
  per_sms: z.int().min(0),
  /** The last ticket that went out. */
  ticket: z.strictObject({ chap: chapText, tx: ticketHex }).nullable(),
  /** Micro-EMC of all tickets that went out for it, as if each won: counted where nobody watches what is spent. */
  tickets: z.int().min(0).optional(),
  /** `granted`, or the code of what ended it; without it the order is open. */
  done: z.string().max(100).optional(),
});
export type OrderFile = z.infer<typeof orderFile>;

const nameOf = (order: string): string => `${order}.json`;

/** Null for an unknown order. Throws `renter.bad_order_file`, `renter.state_io`. */
export async function readOrderFile(folder: Folder, order: string): Promise<OrderFile | null> {
  const id = orderIdText.parse(order);
  const bytes = await folder.read(nameOf(id));
  return bytes === null
    ? null
    : parseJsonWith(orderFile, fromUtf8(bytes), "renter.bad_order_file", `${folder.path}/${nameOf(id)}`);
}

/** Durable on return. */
export async function writeOrderFile(folder: Folder, order: OrderFile): Promise<void> {
  await folder.replace(nameOf(order.request.order_id), utf8(`${JSON.stringify(order, null, 2)}\n`));
}
