// Keeps the console's certificate: makes the box's authority at the first start, the leaf when it is needed, and a new leaf before the old
// one ends or when the box gets another name or address.

import {
  AppError,
  type Clock,
  type Disposer,
  Events,
  hours,
  type Logger,
  messageOf,
  type Random,
  SerialQueue,
} from "../base/index.ts";
import {
  type CertificateFacts,
  type Certified,
  createAuthority,
  factsOf,
  isIssuedBy,
  issueLeaf,
  needsLeaf,
  permittedHosts,
} from "./box-authority.ts";

const LOOK_EVERY = hours(1);

/** Where certificates and keys are kept. Keys are only given to `writeKey`. */
export interface CertificateFiles {
  read(file: CertificateFile): Promise<string | null>;
  write(file: CertificateFile, text: string): Promise<void>;
  readKey(file: CertificateFile): Promise<string | null>;
  writeKey(file: CertificateFile, text: string): Promise<void>;
}
export type CertificateFile = "ca.crt" | "ca.key" | "leaf.crt" | "leaf.key";

export interface BoxCertificatesDeps {
  readonly files: CertificateFiles;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The box's host name, without a domain. */
  readonly hostName: string;
  /** Host names of the configuration; those that were there when the authority was made can be vouched for. */
  readonly names: readonly string[];
  /** The machine's addresses now. */
  readonly addresses: () => readonly string[];
}

/** What the console's server needs to know of its certificate. */
export interface CertificateSource {
  current(): Certified;
  facts(): CertificateFacts;
  /** For devices to install; null where the certificate is somebody else's. */
  authority(): string | null;
  onChange(listener: () => void): Disposer;
}

interface Leaf {
  readonly certified: Certified;
  readonly facts: CertificateFacts;
}

export class BoxCertificates implements CertificateSource {
  readonly #deps: BoxCertificatesDeps;
  readonly #queue = new SerialQueue("certificates");
  readonly #events: Events<{ readonly changed: null }>;
  #authority: Certified | null = null;
  #leaf: Leaf | null = null;
  #timer: Disposer | null = null;

  constructor(deps: BoxCertificatesDeps) {
    this.#deps = deps;
    this.#events = new Events("certificates", deps.log);
  }

  /** Resolves once there is a certificate to serve. Errors: `tls.*`, those of the files. */
  async start(): Promise<void> {
    await this.renew();
    this.#arm();
  }

  stop(): void {
    this.#timer?.();
    this.#queue.stop();
  }

  current(): Certified {
    return this.#served().certified;
  }

  facts(): CertificateFacts {
    return this.#served().facts;
  }

  authority(): string | null {
    return this.#authority?.certificate ?? null;
  }

  onChange(listener: () => void): Disposer {
    return this.#events.on("changed", listener);
  }

  /** Makes what is missing, or will be soon. Returns whether the leaf is a new one. */
  renew(): Promise<boolean> {
    return this.#queue.run(async () => {
      const { clock, random, files } = this.#deps;
      this.#authority ??= await this.#loadAuthority();
      this.#leaf ??= await this.#loadLeaf();
      const hosts = permittedHosts(this.#hosts(), this.#deps.names);
      if (this.#leaf !== null && !needsLeaf(this.#leaf.facts, hosts, clock.now())) return false;
      const authority = this.#authority;
      const certified = await issueLeaf({ random, now: clock.now(), authority, hosts });
      await files.writeKey("leaf.key", certified.key);
      await files.write("leaf.crt", certified.certificate);
      this.#leaf = { certified, facts: await factsOf(certified.certificate) };
      this.#deps.log.info("tls_certificate_made", { hosts: hosts.length });
      this.#events.emit("changed", null);
      return true;
    });
  }

  async #loadAuthority(): Promise<Certified> {
    const { files, clock, random, hostName, names } = this.#deps;
    const [certificate, key] = [await files.read("ca.crt"), await files.readKey("ca.key")];
    if (certificate !== null && key !== null) return { certificate, key };
    const name = `Numberbox ${hostName}`;
    const made = await createAuthority({ random, now: clock.now(), name, names });
    await files.writeKey("ca.key", made.key);
    await files.write("ca.crt", made.certificate);
    return made;
  }

  /** A leaf of an earlier run; null when it is missing or of another authority. */
  async #loadLeaf(): Promise<Leaf | null> {
    const { files } = this.#deps;
    const [certificate, key] = [await files.read("leaf.crt"), await files.readKey("leaf.key")];
    if (certificate === null || key === null || this.#authority === null) return null;
    if (!(await isIssuedBy(certificate, this.#authority.certificate))) return null;
    return { certified: { certificate, key }, facts: await factsOf(certificate) };
  }

  #hosts(): readonly string[] {
    const { hostName, names, addresses } = this.#deps;
    return [`${hostName}.local`, ...names, ...addresses()];
  }

  #served(): Leaf {
    if (this.#leaf === null) throw new AppError("tls.not_ready", "there is no certificate yet");
    return this.#leaf;
  }

  #arm(): void {
    this.#timer = this.#deps.clock.after(LOOK_EVERY, "certificates", () => {
      this.renew()
        .catch((error) => this.#deps.log.warn("tls_not_renewed", { reason: messageOf(error) }))
        .finally(() => this.#arm());
    });
  }
}
