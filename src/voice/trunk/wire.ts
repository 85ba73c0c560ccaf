// What box and relay say to each other over the trunk beside calls, in the bodies of SIP messages: `REGISTER` brings the box's proof and
// its accounts, `NOTIFY` the phones that are registered at the relay. Outside data until it was parsed.

import { z } from "zod";
import type { MediaEncryption } from "../../core/index.ts";

const user = z.string().regex(/^[a-z0-9]{8,64}$/);
const time = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const hex = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`));

export const MAX_ACCOUNTS = 2000;

/** All that a relay needs to let a phone in. Neither password nor number nor renter. */
export const trunkAccount = z.strictObject({
  user,
  md5: hex(32),
  sha256: hex(64),
  encryption: z.enum(["none", "sdes", "dtls"] satisfies MediaEncryption[]),
  /** Unix ms: when the rental is over, and with it the account, whether the box is there to say so or not. */
  until: time,
});
export type TrunkAccount = z.infer<typeof trunkAccount>;

export const trunkRegister = z.strictObject({
  v: z.literal(1),
  /** The box's own address as it sees it: where it differs from the one that the relay sees, there is a router between. */
  address: z.string().max(64),
  accounts: z.array(trunkAccount).max(MAX_ACCOUNTS),
});
export type TrunkRegister = z.infer<typeof trunkRegister>;

export const trunkReply = z.object({
  v: z.literal(1),
  /** Of the relay's process: with another one every call is over. */
  instance: z.string().max(64),
  /** Names that the relay has from another box. */
  refused: z.array(user).max(MAX_ACCOUNTS),
});
export type TrunkReply = z.infer<typeof trunkReply>;

export const trunkBindings = z.object({
  v: z.literal(1),
  bindings: z
    .array(
      z.object({
        user,
        agent: z.string().max(100).nullable(),
        transport: z.enum(["udp", "tcp", "tls", "ws", "wss"]),
        expires_at: time,
      }),
    )
    .max(16 * MAX_ACCOUNTS),
});
export type TrunkBindings = z.infer<typeof trunkBindings>;

/** The parsed body; null for what is none of that kind. */
export function readBody<T>(schema: z.ZodType<T>, body: Buffer): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(body.toString("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
