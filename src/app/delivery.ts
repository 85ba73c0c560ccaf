// The way out of the box and what comes back on it. A box that was restored first learns from its relay what it has missed.

import type { BoxServices } from "./box-services.ts";
import type { Parts } from "./parts.ts";

/** `behind`: the database was restored, and nothing goes out before the box has caught up. */
export async function startDelivery(services: BoxServices, parts: Parts, behind: boolean): Promise<void> {
  const { proofs, relay, forwarder, collector, payments, mirror, desk, chapPool, catchUp, twins } = services;
  parts.started("payments", async () => payments?.stop());
  parts.started("record mirror", () => mirror.stop());
  parts.started("order desk", async () => desk?.stop());
  parts.started("chap pool", async () => chapPool?.stop());
  await proofs.service.load();
  parts.started("proofs", () => proofs.service.stop());
  parts.started("forwarder", () => forwarder.stop());
  parts.started("receipts", () => collector.stop());
  parts.started("twin watch", () => twins.stop());
  // Stopped first: it starts the others.
  parts.started("catching up", () => catchUp.stop());
  relay.start();
  const begin = (): void => {
    payments?.start();
    desk?.start();
    chapPool?.start();
    proofs.service.start();
    // Without a relay the outbox rests.
    if (relay.url !== null) forwarder.start();
    collector.start();
    twins.start();
  };
  if (behind) catchUp.start(begin);
  else begin();
}
