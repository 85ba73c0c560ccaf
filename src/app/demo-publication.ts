// Puts the demo's identity and its one listing into the simulated chain, behind the visitor's back. That chain is new at each start, the
// box's memory is not: what the box knows as published is put there again.

import { type Clock, isAppError, type Logger, messageOf, seconds, stoppedError } from "../base/index.ts";
import type { NameWish } from "../core/index.ts";
import { listingName } from "../registry/index.ts";
import type { BoxHandle } from "./box.ts";
import type { PublishingServices } from "./publishing-services.ts";

export interface DemoPublicationDeps {
  readonly box: BoxHandle;
  /** Id of the line to be listed. */
  readonly line: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface DemoPublication {
  readonly listingId: string;
  stop(): Promise<void>;
}

const RETRY = seconds(2);

async function publishIdentity({ identity, publisher }: PublishingServices, signal: AbortSignal): Promise<void> {
  const { state } = await identity.view();
  if (state === "absent") await publisher.settled((await identity.act("publish")).id, signal);
}

/** The same record again, where an earlier run has published it on a chain that is gone. */
async function publishListing(services: PublishingServices, line: string, signal: AbortSignal): Promise<void> {
  const { listings, publisher } = services;
  const { current, pending, listingId } = listings.show(line);
  if (current === null && pending === null) {
    await publisher.settled((await listings.act("publish", line)).id, signal);
    return;
  }
  if (current === null) return;
  const name = listingName(listingId);
  const wish: NameWish = {
    ...{ purpose: "listing", operation: "new", name, value: current.value, days: 365, address: null },
  };
  const { problem } = await publisher.plan(wish);
  if (problem === null) await publisher.settled((await publisher.submit(wish)).id, signal);
}

async function publish(deps: DemoPublicationDeps, services: PublishingServices, signal: AbortSignal): Promise<void> {
  const { line, clock, log } = deps;
  for (let attempt = 1; !signal.aborted && attempt <= 30; attempt++) {
    try {
      await publishIdentity(services, signal);
      await publishListing(services, line, signal);
      log.info("demo_published");
      return;
    } catch (error) {
      if (signal.aborted) return;
      log.warn("demo_not_published", { reason: isAppError(error) ? error.code : messageOf(error) });
      await clock.sleep(RETRY, "demo publication", signal).catch(() => {});
    }
  }
}

/** Begins in the background. Throws `base.stopped` for a box without a node, which the demo never is. */
export function publishDemo(deps: DemoPublicationDeps): DemoPublication {
  const { box, line } = deps;
  if (box.publishing === null) throw stoppedError("the demo's publication");
  const abort = new AbortController();
  const running = publish(deps, box.publishing, abort.signal);
  return {
    listingId: box.publishing.listings.show(line).listingId,
    stop: async () => {
      abort.abort();
      await running;
    },
  };
}
