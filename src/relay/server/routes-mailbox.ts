// What waits for a renter, by which grants, and what he says of it; what boxes hand in.

import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { RelayStore } from "../../core/index.ts";
import {
  ackReply,
  ackRequest,
  forwardReply,
  MAX_ENVELOPE_BYTES,
  mailboxPage,
  registerReply,
  rentalGrant,
  rentalIdText,
  rentalPlace,
  shortForward,
  wireMessage,
} from "../../protocol/index.ts";
import { type AcknowledgementDeps, acknowledge } from "./acknowledgement.ts";
import { keptPageQuery } from "./http-query.ts";
import { describedOnly, type Operation, operation } from "./operation.ts";
import { type RegistrationDeps, registerRental } from "./registration.ts";

export interface MailboxDeps extends AcknowledgementDeps, RegistrationDeps {
  readonly store: Pick<RelayStore, "mail" | "rentals" | "cursors">;
  readonly addressOf: (request: IncomingMessage) => string;
}

/** The largest envelope as text, and room for the header around it. */
export const MAX_FORWARD_BYTES = Math.ceil((MAX_ENVELOPE_BYTES * 4) / 3) + 4096;
const MAX_GRANT_BYTES = 384 * 1024;
const MAX_ACK_BYTES = 512 * 1024;

const mailboxQuery = keptPageQuery.extend({ rental_id: rentalIdText.optional() });

/** Of messages that a provider hands in. */
const FORWARD_ERRORS = [
  "relay.bad_signature",
  "relay.unknown_provider",
  "relay.unknown_rental",
  "relay.unknown_listing",
  "relay.wrong_listing",
  "relay.ambiguous_listing",
  "relay.rental_over",
  "relay.unpaid",
  "relay.conflict",
  "relay.ts_ahead",
  "relay.mailbox_full",
];

const forwarded = describedOnly({
  ...{ method: "post", path: "/forward", access: "signed", tag: "Messages", summary: "Hand in a sealed message" },
  description:
    "Signed by the provider: over the canonical header, or, in the seed's short form, over the envelope's text. The answer comes when the message is durable. `delivered`: an open socket of the renter took it; `queued`: it waits; `duplicate`: it was here before. Sending it again is safe.",
  errors: FORWARD_ERRORS,
  bodyBytes: MAX_FORWARD_BYTES,
  body: z.union([wireMessage, shortForward]),
  reply: forwardReply,
});

export function mailboxOperations(deps: MailboxDeps): readonly Operation[] {
  const { store } = deps;
  return [
    forwarded,
    operation({
      ...{ method: "get", path: "/sms", aliases: ["/retrieve"], access: "token", tag: "Messages" },
      summary: "What waits for the renter, oldest first",
      description:
        "`next` is the `after` of the page behind it; keep it with `epoch`, and send both. A message waits until it is acknowledged.",
      query: mailboxQuery,
      reply: mailboxPage,
      run: async ({ caller, query: { after: kept, limit, rental_id: rentalId, epoch = null } }) => {
        const after = await store.cursors.resume("mail", { after: kept, epoch });
        return { ...(await store.mail.page(caller, { after, limit, rentalId })), epoch: await store.cursors.epoch() };
      },
    }),
    operation({
      ...{ method: "post", path: "/sms/ack", access: "token", countsRead: false, tag: "Messages" },
      summary: "Acknowledge messages with signed receipts",
      description:
        "Each is judged by itself. What was acknowledged is wiped here; the receipt is kept for the provider.",
      bodyBytes: MAX_ACK_BYTES,
      body: ackRequest,
      reply: ackReply,
      run: async ({ caller, body }) => await acknowledge(deps, caller, body.receipts),
    }),
    operation({
      ...{ method: "put", path: "/rentals/{rental_id}", access: "signed", tag: "Rentals" },
      summary: "Register a rental, or change one",
      description: "By a grant that the provider has signed. One that ends in the past ends the rental.",
      errors: [
        ...["relay.unknown_provider", "relay.bad_signature", "relay.foreign_listing"],
        ...["relay.conflict", "relay.stale_rev"],
      ],
      bodyBytes: MAX_GRANT_BYTES,
      params: rentalPlace,
      body: rentalGrant,
      reply: registerReply,
      run: async ({ params, body, request }) =>
        await registerRental(deps, { rentalId: params.rental_id, body, address: deps.addressOf(request) }),
    }),
  ];
}
