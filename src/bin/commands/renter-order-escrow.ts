// An order that is paid by escrow, on the command line: the document lies beside the order's file.

import { join } from "node:path";
import { AppError, utf8 } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { newEscrowParty } from "../../core/index.ts";
import type { RentPayment } from "../../protocol/index.ts";
import type { EscrowOffer } from "../../registry/index.ts";
import { type Folder, type ListingOfferView, type OrderFile, takeEscrow, visibleLine } from "../../renter/index.ts";
import type { OpenNode } from "./node-option.ts";
import type { OpenRenter } from "./renter-open.ts";
import type { Printer } from "./renter-print.ts";

export const escrowNameOf = (order: string): string => `${order}.escrow.json`;

const refused = (code: `market.${string}`, message: string, hint: string): AppError =>
  new AppError(code, message, { hint });

function chosen({ arbiters }: EscrowOffer, name: string | undefined): string {
  const [only, ...others] = arbiters;
  const found = name === undefined && others.length === 0 ? only : arbiters.find((each) => each.name === name);
  if (found !== undefined) return found.verify;
  const names = arbiters.map((each) => visibleLine(each.name)).join(", ");
  throw refused("market.no_arbiter", "no arbiter of the listing is named", `Choose with --arbiter: ${names}.`);
}

/** How an order is paid by escrow. The key and the address are made by the renter's own wallet. Errors: `market.*`, the node's. */
export async function escrowPayment(
  offer: Pick<ListingOfferView, "escrow">,
  { own, arbiter, verify }: { readonly own: OpenNode | null; readonly arbiter?: string; readonly verify: Uint8Array },
): Promise<RentPayment> {
  if (offer.escrow === null) {
    throw refused(
      "market.no_escrow",
      "the listing cannot be paid by escrow",
      "See: numberbox renter listings --escrow",
    );
  }
  if (own === null) {
    throw refused("market.no_node", "an escrow takes a key of your own wallet", "Give its address with --node.");
  }
  const named = chosen(offer.escrow, arbiter);
  const { key, address } = await newEscrowParty(own.node, verify);
  return { method: "escrow", arbiter: named, fees_bps: offer.escrow.feesBps, key, address };
}

/** What the renter is told before he orders. */
export function escrowNotes({ escrow }: Pick<ListingOfferView, "escrow">): readonly string[] {
  if (escrow === null) return [];
  const { arbiters, feesBps, refundDays } = escrow;
  const names = arbiters.map(({ name, verify }) => `${visibleLine(name)} (${verify})`).join(", ");
  return [
    `By escrow: the price stays with you, the provider and an arbiter until two of you sign. Arbiters: ${names}.`,
    `He gets ${feesBps / 100} % of it if he has to decide, else nothing. After ${refundDays} days you and he may take it back.`,
  ];
}

/** Keeps the document once it was checked against the order; what stands in the file already is not lost. */
export async function keepOrderEscrow(
  printer: Printer,
  { folder, renter }: { readonly folder: Folder; readonly renter: Pick<OpenRenter, "identity"> },
  { request, provider, keyfile }: OrderFile,
  document: string,
): Promise<void> {
  const name = escrowNameOf(request.order_id);
  const path = visibleLine(join(folder.path, name));
  if ((await folder.read(name)) === null) await folder.replace(name, utf8(document));
  // Throws for a document whose address is not that of its keys.
  takeEscrow({ suite: systemCrypto, verify: renter.identity.verify, provider, now: 0 }, document, null);
  const id = request.order_id;
  printer.note(`The escrow's document: ${path}`);
  printer.note(`Sign it: numberbox escrow accept ${path} --keyfile ${visibleLine(keyfile)}`);
  printer.note(`Have the arbiter sign his copy, then: numberbox escrow combine ${path} HIS-COPY`);
  printer.note(`Pay in: numberbox escrow fund ${path}. Then: numberbox renter escrow ${id}`);
}
