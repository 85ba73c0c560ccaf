// A whole box at a real mosquitto with the image's configuration: TLS, the box's own certificate, ACLs. The way between them can be cut.

import { readFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { BoxHandle } from "../../src/app/index.ts";
import type { SimBoard } from "../sim/modem/index.ts";
import { makeAuthority } from "../sim/mqtt/certificates.ts";
import { Mosquitto, PASSWORDS } from "../sim/mqtt/mosquitto.ts";
import { Observer } from "../sim/mqtt/observer.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { newBoard, openBox } from "./box-rig.ts";

/** A TCP way to a port that can be closed and opened. */
export class Gate {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isOpen = true;
  port = 0;

  private constructor(target: number) {
    this.#server = createServer((socket) => {
      socket.on("error", () => {});
      if (!this.#isOpen) {
        socket.destroy();
        return;
      }
      const far = connect(target, "127.0.0.1");
      for (const end of [socket, far]) {
        this.#sockets.add(end);
        end.on("error", () => {});
        end.on("close", () => {
          this.#sockets.delete(end);
          socket.destroy();
          far.destroy();
        });
      }
      socket.pipe(far).pipe(socket);
    });
  }

  static async to(target: number): Promise<Gate> {
    const gate = new Gate(target);
    await new Promise<void>((resolve) => gate.#server.listen(0, "127.0.0.1", resolve));
    const address = gate.#server.address();
    gate.port = typeof address === "object" && address !== null ? address.port : 0;
    onTestFinished(() => {
      gate.shut();
      gate.#server.close();
    });
    return gate;
  }

  shut(): void {
    this.#isOpen = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  open(): void {
    this.#isOpen = true;
  }
}

export interface MqttWorld {
  readonly broker: Mosquitto;
  readonly gate: Gate;
  readonly board: SimBoard;
  readonly folder: string;
  box(): Promise<BoxHandle>;
  observer(topics?: readonly string[]): Promise<Observer>;
  observerAs(user: keyof typeof PASSWORDS): Promise<Observer>;
  /** With a certificate that another authority signed. */
  strangerAtTls(): Promise<Observer>;
}

export async function openWorld({ folder, relayUrl }: { folder: string; relayUrl?: string }): Promise<MqttWorld> {
  const broker = await Mosquitto.start(tempFolder());
  onTestFinished(() => broker.stop());
  const gate = await Gate.to(broker.tlsPort);
  const board = newBoard();
  const section = {
    ...{ id: "local", url: `mqtts://127.0.0.1:${gate.port}`, allow: ["recover", "balance", "ussd", "join", "refresh"] },
    ...{
      ca_file: broker.file("ca.crt"),
      cert_file: broker.file("numberbox.crt"),
      key_file: broker.file("numberbox.key"),
    },
    discovery: { enabled: true },
  };
  const sections = { mqtt: { box: "b1", brokers: [section] }, balance: { code: "*100#", currency: "USD" } };
  const box = async (): Promise<BoxHandle> =>
    (await openBox({ folder, board, sections, ...(relayUrl === undefined ? {} : { relayUrl }) })).box;
  const everything = ["numberbox/#", "homeassistant/#"];
  const open = (user: keyof typeof PASSWORDS, topics: readonly string[]): Promise<Observer> =>
    Observer.open(broker.url, topics, { username: user, password: PASSWORDS[user] });
  return {
    ...{ broker, gate, board, folder, box },
    observer: (topics = everything) => open("homeassistant", topics),
    observerAs: (user) => open(user, everything),
    strangerAtTls: async () => {
      const elsewhere = tempFolder();
      const authority = await makeAuthority();
      authority.write(elsewhere, [{ file: "numberbox", name: "numberbox" }]);
      const read = (name: string): string => readFileSync(join(elsewhere, name), "utf8");
      const ca = readFileSync(broker.file("ca.crt"), "utf8");
      return await Observer.open(broker.tlsUrl, [], { ca, cert: read("numberbox.crt"), key: read("numberbox.key") });
    },
  };
}
