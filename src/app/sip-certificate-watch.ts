// Looks at the certificate of SIP over TLS while the box runs: one that ends soon is made anew, one that its owner replaced is taken in,
// and renters are told of the new pin.

import { type Clock, type Disposer, hours, type Logger, type Millis, messageOf, minutes } from "../base/index.ts";
import type { EventLog, SipAccounts } from "../core/index.ts";
import type { SipCertificateKeeper } from "./sip-certificate.ts";

export interface SipCertificateWatchDeps {
  /** Null without SIP over TLS. */
  readonly keeper: Pick<SipCertificateKeeper, "look"> | null;
  /** False: its server reads the certificate at its start only. */
  readonly gateway: { rereadCertificate(): Promise<boolean> };
  /** Calls that are on: a server that has to be started anew would cut them. */
  readonly calls: () => number;
  readonly sip: Pick<SipAccounts, "settle">;
  readonly events: Pick<EventLog, "record">;
  readonly clock: Clock;
  readonly log: Logger;
}

const EVERY = hours(1);
const BUSY_AGAIN = minutes(1);
/** One call after another: a certificate is made weeks before the old one ends, but not for ever before it. */
const MOST_BUSY = hours(24);

export function watchSipCertificate(deps: SipCertificateWatchDeps): { start(): void; stop(): Promise<void> } {
  const { keeper, clock, log } = deps;
  let cancel: Disposer = () => {};
  let looking: Promise<void> = Promise.resolve();
  let stopped = false;
  /** A new one that the server has not read yet. */
  let waits = false;
  let busySince: Millis | null = null;
  const isBusy = (): boolean => {
    if (!waits || deps.calls() === 0) busySince = null;
    else busySince ??= clock.monotonic();
    return busySince !== null && clock.monotonic() - busySince < MOST_BUSY;
  };
  const look = async (): Promise<void> => {
    try {
      waits = (await keeper?.look()) || waits;
      if (isBusy()) return;
      if (waits) await takeIn(deps);
      waits = false;
      busySince = null;
    } catch (error) {
      log.warn("sip_certificate_not_renewed", { reason: messageOf(error) });
    }
  };
  const arm = (): void => {
    if (stopped) return;
    cancel = clock.after(busySince === null ? EVERY : BUSY_AGAIN, "certificate of SIP", () => {
      looking = look().then(arm);
    });
  };
  return {
    start: () => {
      if (keeper !== null) arm();
    },
    stop: async () => {
      stopped = true;
      cancel();
      await looking;
    },
  };
}

/** The server first: a renter who knows the new pin must find the new certificate. */
async function takeIn({ gateway, sip, events }: SipCertificateWatchDeps): Promise<void> {
  const done = await gateway.rereadCertificate();
  const code = done ? "voice.certificate_renewed" : "voice.certificate_waits";
  events.record({ level: done ? "info" : "warn", code });
  await sip.settle();
}
