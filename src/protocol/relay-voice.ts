// What a relay says of its gateway for calls, in `GET /info`.

import { z } from "zod";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const host = z.string().regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45})$/);
const port = z.int().min(1).max(65_535);

export const relayVoice = z.object({
  /** Where phones register, and how. */
  host,
  realm: z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/),
  port,
  transport: z.enum(["tls", "tcp"]),
  /** Of the certificate in DER, lower-case hex; null where phones need no pin. */
  cert_sha256: sha256.nullable(),
  /** Where boxes connect; always pinned. */
  trunk: z.object({ host, port, cert_sha256: sha256 }),
  /** Whether sound goes through the relay where routers stand between. */
  media: z.enum(["relayed", "direct"]),
});
export type RelayVoice = z.infer<typeof relayVoice>;
