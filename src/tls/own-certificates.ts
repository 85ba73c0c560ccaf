// A certificate that somebody else made: read from its files, and again when they change.

import { createPrivateKey, X509Certificate } from "node:crypto";
import {
  AppError,
  type Clock,
  type Disposer,
  Events,
  type Logger,
  messageOf,
  minutes,
  SerialQueue,
} from "../base/index.ts";
import { type CertificateFacts, type Certified, factsOf } from "./box-authority.ts";
import type { CertificateSource } from "./box-certificates.ts";

const LOOK_EVERY = minutes(1);

export interface OwnCertificatesDeps {
  /** Reads both files as they are now. */
  readonly read: () => Promise<Certified>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Served {
  readonly certified: Certified;
  readonly facts: CertificateFacts;
}

/** Throws `tls.key_mismatch` when the key is not the certificate's. */
function checkPair({ certificate, key }: Certified): void {
  const isPair = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  if (isPair) return;
  throw new AppError("tls.key_mismatch", "the key is not that of the certificate", {
    hint: "Give the certificate with its chain, and the key that it was made for.",
  });
}

export class OwnCertificates implements CertificateSource {
  readonly #deps: OwnCertificatesDeps;
  readonly #queue = new SerialQueue("certificates");
  readonly #events: Events<{ readonly changed: null }>;
  #served: Served | null = null;
  #timer: Disposer | null = null;

  constructor(deps: OwnCertificatesDeps) {
    this.#deps = deps;
    this.#events = new Events("certificates", deps.log);
  }

  /** Errors: `tls.bad_certificate`, `tls.key_mismatch`, those of `read`. */
  async start(): Promise<void> {
    await this.reload();
    this.#arm();
  }

  stop(): void {
    this.#timer?.();
    this.#queue.stop();
  }

  current(): Certified {
    return this.#now().certified;
  }

  facts(): CertificateFacts {
    return this.#now().facts;
  }

  authority(): string | null {
    return null;
  }

  onChange(listener: () => void): Disposer {
    return this.#events.on("changed", listener);
  }

  /** Takes the files' contents if they are whole; returns whether they are others than before. */
  reload(): Promise<boolean> {
    return this.#queue.run(async () => {
      const certified = await this.#deps.read();
      const before = this.#served?.certified;
      if (before?.certificate === certified.certificate && before.key === certified.key) return false;
      const facts = await factsOf(certified.certificate);
      checkPair(certified);
      this.#served = { certified, facts };
      if (before !== undefined) this.#events.emit("changed", null);
      return true;
    });
  }

  #now(): Served {
    if (this.#served === null) throw new AppError("tls.not_ready", "there is no certificate yet");
    return this.#served;
  }

  #arm(): void {
    this.#timer = this.#deps.clock.after(LOOK_EVERY, "certificate files", () => {
      this.reload()
        .catch((error) => this.#deps.log.warn("tls_files_unreadable", { reason: messageOf(error) }))
        .finally(() => this.#arm());
    });
  }
}
