// mosquitto on the box's own machine: the box writes who is let in and the certificate, and is one of its users. Whatever else may sign in
// gets a password from the owner, who reads it once.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  AppError,
  type Clock,
  type Disposer,
  type Logger,
  messageOf,
  type Random,
  SerialQueue,
  toBase64url,
} from "../../base/index.ts";
import type { BoxConfig, MqttBrokerSection } from "../../config/index.ts";
import type { OwnBrokerConsole, SystemActions } from "../../core/index.ts";
import { type OwnBrokerPassword, type OwnBrokerUser, type OwnBrokerView, ownBrokerUser } from "../../protocol/index.ts";
import { type CertificateSource, makeServerCertificate } from "../../tls/index.ts";
import { readIfThere, replaceFile } from "../data-folder.ts";
import { type BrokerPasswords, hashed, parsePasswords, passwordFile } from "./broker-passwords.ts";

const FOLDER = "broker";
const PASSWORDS = "passwords";
const CERTIFICATE = "server.crt";
const KEY = "server.key";
const OWN_SECRET = "box.password";
/** In the access list of the broker. */
const BOX = "numberbox";
const PORT = 1883;
const TLS_PORT = 8883;

const isWanted = ({ host, mqtt }: Pick<BoxConfig, "host" | "mqtt">): boolean =>
  host.appliance && mqtt.own_broker.enabled;

/** The own broker among those that the box tells of itself; empty where it is off. */
export function ownBrokerSections(config: Pick<BoxConfig, "host" | "mqtt">): readonly MqttBrokerSection[] {
  if (!isWanted(config)) return [];
  const { discovery, allow } = config.mqtt.own_broker;
  return [
    {
      ...{ id: "this-box", url: `mqtt://127.0.0.1:${PORT}`, user: BOX, password_file: `${FOLDER}/${OWN_SECRET}` },
      ...{ base_topic: "numberbox", discovery: { enabled: discovery, prefix: "homeassistant" }, allow },
    },
  ];
}

export interface OwnBrokerDeps {
  readonly config: Pick<BoxConfig, "host" | "mqtt">;
  readonly dataFolder: string;
  readonly actions: SystemActions;
  /** The console's certificate; null without TLS. */
  readonly certificates: Pick<CertificateSource, "current" | "onChange"> | null;
  /** Name of the machine in the network, such as `numberbox`. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export class OwnBroker implements OwnBrokerConsole {
  readonly #deps: OwnBrokerDeps;
  readonly #folder: string;
  /** One change of the files after the other. */
  readonly #queue = new SerialQueue("own broker");
  #passwords: BrokerPasswords = new Map();
  #leave: Disposer = () => {};

  constructor(deps: OwnBrokerDeps) {
    this.#deps = deps;
    this.#folder = join(deps.dataFolder, FOLDER);
  }

  /** Writes what the broker reads and has it started, or stopped where it is off. Never rejects: SMS go on without a broker. */
  async start(): Promise<void> {
    const { config, certificates, log } = this.#deps;
    if (!config.host.appliance) return;
    const tend = (): Promise<void> =>
      this.#queue
        .run(() => this.#tend())
        .catch((error: unknown) => log.warn("own_broker_not_tended", { reason: messageOf(error) }));
    if (isWanted(config)) this.#leave = certificates?.onChange(() => void tend()) ?? this.#leave;
    await tend();
  }

  stop(): void {
    this.#leave();
  }

  view(): OwnBrokerView {
    const { config, name } = this.#deps;
    const state = !config.host.appliance ? "unavailable" : isWanted(config) ? "on" : "off";
    return {
      state,
      url: state === "on" && config.host.firewall.mqtt ? `mqtts://${name}.local:${TLS_PORT}` : null,
      users: ownBrokerUser.options.map((user) => ({ name: user, has_password: this.#passwords.has(user) })),
    };
  }

  async makePassword(user: OwnBrokerUser): Promise<OwnBrokerPassword> {
    const password = toBase64url(this.#deps.random.bytes(18));
    const hash = await hashed(password, this.#deps.random);
    await this.#change((known) => new Map([...known, [user, hash]]));
    return { user, password };
  }

  async removePassword(user: OwnBrokerUser): Promise<OwnBrokerView> {
    await this.#change((known) => new Map([...known].filter(([name]) => name !== user)));
    return this.view();
  }

  async #change(change: (known: BrokerPasswords) => BrokerPasswords): Promise<void> {
    const { config, actions } = this.#deps;
    if (!isWanted(config)) {
      throw new AppError("mqtt.own_broker_off", "this box runs no broker of its own", {
        hint: "Set `mqtt.own_broker.enabled: true`, on a machine that is the box's own.",
      });
    }
    await this.#queue.run(async () => {
      const next = change(this.#passwords);
      await replaceFile(join(this.#folder, PASSWORDS), passwordFile(next));
      this.#passwords = next;
      await actions.perform("restart_mosquitto");
    });
  }

  async #tend(): Promise<void> {
    const { config, actions } = this.#deps;
    const before = await readIfThere(join(this.#folder, PASSWORDS));
    if (!isWanted(config)) {
      if (before === null) return;
      // Without them the unit's condition keeps it from starting with the machine.
      await rm(this.#folder, { recursive: true, force: true });
      this.#passwords = new Map();
      await actions.perform("stop_mosquitto");
      return;
    }
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const isNew = await this.#writeCertificate();
    await this.#writePasswords(before);
    // Else it runs already: it starts with the machine.
    if (isNew || before !== passwordFile(this.#passwords)) await actions.perform("restart_mosquitto");
  }

  /** The box's own user as its secret says, the others as they were. */
  async #writePasswords(before: string | null): Promise<void> {
    const { random } = this.#deps;
    const known = new Map(parsePasswords(before ?? ""));
    const secret = await readIfThere(join(this.#folder, OWN_SECRET));
    if (secret === null || !known.has(BOX)) {
      const made = toBase64url(random.bytes(24));
      await replaceFile(join(this.#folder, OWN_SECRET), `${made}\n`);
      known.set(BOX, await hashed(made, random));
    }
    await replaceFile(join(this.#folder, PASSWORDS), passwordFile(known));
    this.#passwords = known;
  }

  /** True when it is another than before. */
  async #writeCertificate(): Promise<boolean> {
    const { certificates, random, clock, name } = this.#deps;
    const file = join(this.#folder, CERTIFICATE);
    const before = await readIfThere(file);
    if (certificates === null && before !== null) return false;
    const { certificate, key } =
      certificates?.current() ?? (await makeServerCertificate({ random, now: clock.now(), hosts: [`${name}.local`] }));
    if (before === certificate) return false;
    await replaceFile(join(this.#folder, KEY), key);
    await replaceFile(file, certificate);
    return true;
  }
}
