import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { Secret } from "../../src/base/index.ts";
import { type BrokerPort, mqttBroker } from "../../src/telemetry/index.ts";
import { startSimBroker } from "../sim/mqtt/aedes-broker.ts";
import { FakeBroker, type FakeMessage } from "../sim/mqtt/fake-broker.ts";
import { hasMosquitto, Mosquitto, PASSWORDS } from "../sim/mqtt/mosquitto.ts";
import { type Heard, Observer } from "../sim/mqtt/observer.ts";
import { type BrokerUnderTest, brokerPortContract, type SomebodyElse } from "./broker-port.ts";

function clientOf(url: string, password: string): BrokerPort {
  const secrets = async () => ({ password: new Secret(password) });
  return mqttBroker({ url, clientId: "numberbox-b1", user: "numberbox", secrets });
}

/** The same three members over the broker in memory. */
function fakeObserver(broker: FakeBroker): SomebodyElse {
  const heard: Heard[] = [...broker.retained].map(([topic, payload]) => ({ topic, payload, retained: true }));
  const waiting = new Set<() => void>();
  const hear = ({ topic, payload }: FakeMessage): void => {
    heard.push({ topic, payload, retained: false });
    for (const check of [...waiting]) check();
  };
  broker.observers.add(hear);
  return {
    heard,
    until: (fits) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!fits(heard)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    publish: async (topic, payload, retain = false) => broker.publish({ topic, payload, retain }),
    close: async () => {
      broker.observers.delete(hear);
    },
  };
}

brokerPortContract("the broker in memory", async (): Promise<BrokerUnderTest> => {
  const broker = new FakeBroker();
  return {
    port: broker,
    stranger: null,
    other: async () => fakeObserver(broker),
    goDown: async () => broker.goDown(),
    comeBack: async () => broker.comeBack(),
    stop: async () => {},
  };
});

brokerPortContract("the client at the demo's broker", async (): Promise<BrokerUnderTest> => {
  const account = { user: "numberbox", password: PASSWORDS.numberbox };
  let broker = await startSimBroker({ port: 0, account });
  const { url, port } = broker;
  return {
    port: clientOf(url, account.password),
    stranger: clientOf(url, "wrong"),
    other: () => Observer.open(url, ["#"], { username: account.user, password: account.password }),
    goDown: () => broker.stop(),
    comeBack: async () => {
      broker = await startSimBroker({ port, account });
    },
    stop: () => broker.stop(),
  };
});

if (hasMosquitto) {
  brokerPortContract("the client at mosquitto, with the image's configuration", async (): Promise<BrokerUnderTest> => {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-mosquitto-"));
    const broker = await Mosquitto.start(folder);
    return {
      port: clientOf(broker.url, PASSWORDS.numberbox),
      stranger: clientOf(broker.url, "wrong"),
      other: () =>
        Observer.open(broker.url, ["numberbox/#"], { username: "homeassistant", password: PASSWORDS.homeassistant }),
      goDown: () => broker.goDown(),
      comeBack: () => broker.comeBack(),
      stop: async () => {
        await broker.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
} else {
  describe("the client at mosquitto", () => it.skip("mosquitto is not installed", () => {}));
}
