// One rental at the relay: its grant, its course, its receipts. For its renter and its provider.

import { z } from "zod";
import { unixSecondsOf } from "../../base/index.ts";
import type { DeliveredMessage, ProofReader, RelayStore, StoredGrant } from "../../core/index.ts";
import { rentalAtRelay, rentalHistory, rentalPlace, rentalReceipts, rentalsReply } from "../../protocol/index.ts";
import { pageQuery, wholeNumber } from "./http-query.ts";
import { type Operation, operation } from "./operation.ts";
import { refusal } from "./problems.ts";
import type { RelayTime } from "./relay-time.ts";
import { deliveryOf } from "./reputations.ts";

export interface RentalDeps {
  readonly store: Pick<RelayStore, "mail" | "rentals">;
  readonly proofs: ProofReader;
  readonly time: RelayTime;
}

const receiptsQuery = z.strictObject({
  after: wholeNumber.default(0),
  limit: wholeNumber.pipe(z.number().min(1).max(200)).default(100),
});

/** `now` in Unix seconds. */
const viewOf = ({ grant, lastSeq }: StoredGrant, now: number) => ({
  grant,
  state: now < grant.expires_at ? ("active" as const) : ("ended" as const),
  last_seq: lastSeq,
});

/** A rental of somebody else is one that is not there. */
export async function rentalOf({ store }: Pick<RentalDeps, "store">, id: string, caller: string): Promise<StoredGrant> {
  const found = await store.rentals.find(id);
  const { renter, provider } = found?.grant ?? {};
  if (found !== null && (renter?.verify === caller || provider === caller)) return found;
  throw refusal("relay.unknown_rental", "the relay knows no such rental of yours");
}

/** One message more than is shown tells whether others follow. */
async function coursePage(
  { store }: RentalDeps,
  id: string,
  { after, limit }: { readonly after: number; readonly limit: number },
) {
  const rows = await store.mail.course(id, { after, limit: limit + 1 });
  const page = rows.slice(0, limit);
  return { page, next: page.at(-1)?.seq ?? after, more: rows.length > page.length };
}

const stateOf = ({ receipt, waiting }: DeliveredMessage) =>
  receipt !== null ? ("acknowledged" as const) : waiting ? ("waiting" as const) : ("wiped" as const);

const lineOf = (message: DeliveredMessage) => ({
  ...{ seq: message.seq, id: message.id, hash: message.hash, ts: message.ts, state: stateOf(message) },
  stored_at: unixSecondsOf(message.storedAt),
});

export function rentalOperations(deps: RentalDeps): readonly Operation[] {
  const { store, proofs, time } = deps;
  const common = { method: "get", access: "token", tag: "Rentals", errors: ["relay.unknown_rental"] } as const;
  const now = (): number => unixSecondsOf(time.earliest());
  return [
    operation({
      ...{ method: "get", path: "/rentals", access: "token", tag: "Rentals", summary: "The grants of the renter" },
      reply: rentalsReply,
      run: async ({ caller }) => ({
        rentals: (await store.rentals.ofRenter(caller)).map((each) => viewOf(each, now())),
      }),
    }),
    operation({
      ...{ ...common, path: "/rentals/{rental_id}", summary: "One rental, for its renter and its provider" },
      params: rentalPlace,
      reply: rentalAtRelay,
      run: async ({ caller, params }) => viewOf(await rentalOf(deps, params.rental_id, caller), now()),
    }),
    operation({
      ...{ ...common, path: "/rentals/{rental_id}/history", summary: "What came in, and what became of it" },
      params: rentalPlace,
      query: pageQuery,
      reply: rentalHistory,
      run: async ({ caller, params, query }) => {
        await rentalOf(deps, params.rental_id, caller);
        const { page, ...rest } = await coursePage(deps, params.rental_id, query);
        return { messages: page.map(lineOf), ...rest };
      },
    }),
    operation({
      ...{ ...common, path: "/rentals/{rental_id}/receipts", summary: "Receipts of all sides, for export" },
      description:
        "The provider's signed statements with the renter's receipts; on the first page also the relay's own receipts with their proofs (the rest of those is at `/proofs`).",
      params: rentalPlace,
      query: receiptsQuery,
      reply: rentalReceipts,
      run: async ({ caller, params, query }) => {
        const rental = await rentalOf(deps, params.rental_id, caller);
        const { page, ...rest } = await coursePage(deps, params.rental_id, query);
        const asked = { after: null, date: null, rentalId: params.rental_id };
        const relay = query.after === 0 ? await proofs.page(asked) : null;
        return { deliveries: page.map((each) => deliveryOf(rental, each)), relay, ...rest };
      },
    }),
  ];
}
