// `renter escrow`: the document of an order that is paid by escrow goes to its provider, over the relay.

import { AppError, fromUtf8 } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { orderEscrowText } from "../../protocol/index.ts";
import { type Folder, MarketClient } from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { marketAccess } from "./renter-listings.ts";
import { type OpenRenter, openRenter } from "./renter-open.ts";
import { openOrders, type PayOptions, refuse, resumed } from "./renter-order.ts";
import { escrowNameOf } from "./renter-order-escrow.ts";
import { createPrinter } from "./renter-print.ts";
import { byOrder } from "./renter-way.ts";

/** Rejects with `market.*`, `renter.*`, `escrow.bad_file`. */
export async function runOrderEscrow(io: CliIo, id: string, options: PayOptions): Promise<ExitCode> {
  const folder = await openOrders(io, options);
  const order = await resumed(folder, id);
  const document = orderEscrowText.safeParse(await documentOf(folder, id));
  if (!document.success) {
    throw new AppError("escrow.bad_file", "the document is too long for the relay", { hint: "Pass it on by hand." });
  }
  const way = byOrder(options, order);
  const renter = await openRenter(io, { ...way, keyfile: order.keyfile }, "fail");
  try {
    await clientOf(io, renter, await marketAccess(io, way)).escrow(id, document.data, io.signal);
  } finally {
    await renter.state.close();
  }
  if (options.json === true) createPrinter(io, true).line({ type: "escrow", order_id: id, handed: true });
  else io.out("The provider has your copy of the document.\n");
  return 0;
}

function clientOf(
  { clock }: CliIo,
  { identity, state }: OpenRenter,
  access: Awaited<ReturnType<typeof marketAccess>>,
): MarketClient {
  return new MarketClient({ ...access, identity, crypto: systemCrypto, state, clock });
}

async function documentOf(folder: Folder, id: string): Promise<string> {
  const bytes = await folder.read(escrowNameOf(id));
  if (bytes !== null) return fromUtf8(bytes);
  throw refuse("market.no_escrow", "the order has no escrow yet", `Wait for its document: renter rent --resume ${id}`);
}
