// What every BrokerPort does. Run over the real client with mosquitto and with the broker of the demo, and over the broker in memory.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AppError, deferred } from "../../src/base/index.ts";
import type { BrokerConnection, BrokerMessage, BrokerPort, BrokerSession } from "../../src/telemetry/index.ts";
import type { Heard } from "../sim/mqtt/observer.ts";

export interface SomebodyElse {
  readonly heard: readonly Heard[];
  until(fits: (heard: readonly Heard[]) => boolean): Promise<void>;
  publish(topic: string, payload: string, retain?: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface BrokerUnderTest {
  readonly port: BrokerPort;
  /** The same broker with a wrong password; null where there is none. */
  readonly stranger: BrokerPort | null;
  other(): Promise<SomebodyElse>;
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

const ROOT = "numberbox/b1";

export function brokerPortContract(name: string, open: () => Promise<BrokerUnderTest>): void {
  describe(name, () => {
    let broker: BrokerUnderTest;
    let abort: AbortController;
    let messages: BrokerMessage[];
    let arrived: () => void;
    const connections: BrokerConnection[] = [];
    beforeEach(async () => {
      broker = await open();
      abort = new AbortController();
      messages = [];
      arrived = () => {};
    });
    afterEach(async () => {
      for (const connection of connections.splice(0)) await connection.close();
      await broker.stop();
    });

    const session = (more: Partial<BrokerSession> = {}): BrokerSession => ({
      will: { topic: `${ROOT}/state`, payload: "offline" },
      subscriptions: [`${ROOT}/slot/+/command/+`],
      onMessage: (message) => {
        messages.push(message);
        arrived();
      },
      onLost: () => {},
      ...more,
    });
    const connect = async (more: Partial<BrokerSession> = {}): Promise<BrokerConnection> => {
      const connection = await broker.port.connect(session(more), abort.signal);
      connections.push(connection);
      return connection;
    };
    const until = (count: number): Promise<void> => {
      const enough = deferred<void>();
      arrived = () => {
        if (messages.length >= count) enough.resolve();
      };
      arrived();
      return enough.promise;
    };
    const codeOf = (promise: Promise<unknown>): Promise<string> =>
      promise.then(
        () => "done",
        (error: AppError) => error.code,
      );

    it("publishes to those who listen, and keeps what is retained for those who come later", async () => {
      const connection = await connect();
      const early = await broker.other();
      await connection.publish({ topic: `${ROOT}/box`, payload: '{"a":1}', retain: true });
      await connection.publish({ topic: `${ROOT}/event`, payload: "once", retain: false });
      await early.until((heard) => heard.length >= 2);
      expect(early.heard).toEqual([
        { topic: `${ROOT}/box`, payload: '{"a":1}', retained: false },
        { topic: `${ROOT}/event`, payload: "once", retained: false },
      ]);
      const late = await broker.other();
      await late.until((heard) => heard.length >= 1);
      expect(late.heard).toEqual([{ topic: `${ROOT}/box`, payload: '{"a":1}', retained: true }]);
      await early.close();
      await late.close();
    });

    it("takes a retained message away with an empty one", async () => {
      const connection = await connect();
      await connection.publish({ topic: `${ROOT}/box`, payload: "1", retain: true });
      await connection.publish({ topic: `${ROOT}/box`, payload: "", retain: true });
      await connection.publish({ topic: `${ROOT}/counts`, payload: "2", retain: true });
      const late = await broker.other();
      await late.until((heard) => heard.length >= 1);
      expect(late.heard.map(({ topic }) => topic)).toEqual([`${ROOT}/counts`]);
      await late.close();
    });

    it("hears what it subscribed to, and whether it is new or from before", async () => {
      const other = await broker.other();
      await other.publish(`${ROOT}/slot/1/command/recover`, "old", true);
      await connect();
      await until(1);
      await other.publish(`${ROOT}/slot/2/command/ussd`, "new");
      await other.publish(`${ROOT}/command/join`, "not asked for");
      await other.publish(`${ROOT}/slot/3/command/ussd`, "last");
      await until(3);
      expect(
        messages.map(({ topic, payload, retained }) => [topic, new TextDecoder().decode(payload), retained]),
      ).toEqual([
        [`${ROOT}/slot/1/command/recover`, "old", true],
        [`${ROOT}/slot/2/command/ussd`, "new", false],
        [`${ROOT}/slot/3/command/ussd`, "last", false],
      ]);
      await other.close();
    });

    it("leaves no will behind when it closes, and one when it is cut off", async () => {
      const other = await broker.other();
      const polite = await connect();
      await polite.close();
      await polite.close();
      const rude = await connect();
      await rude.publish({ topic: `${ROOT}/state`, payload: "online", retain: true });
      rude.abort();
      await other.until((heard) => heard.length >= 2);
      expect(other.heard.map(({ payload }) => payload)).toEqual(["online", "offline"]);
      await other.close();
    });

    it("tells once that the broker is gone, and fails what was not acknowledged", async () => {
      const lost: AppError[] = [];
      const told = deferred<void>();
      const connection = await connect({
        onLost: (error) => {
          lost.push(error);
          told.resolve();
        },
      });
      await broker.goDown();
      await told.promise;
      expect(lost.map(({ code }) => code)).toEqual(["mqtt.lost"]);
      expect(await codeOf(connection.publish({ topic: `${ROOT}/box`, payload: "x", retain: true }))).toBe("mqtt.lost");
      expect(await codeOf(broker.port.connect(session(), abort.signal))).toBe("mqtt.unreachable");
      await broker.comeBack();
      const again = await connect();
      await again.publish({ topic: `${ROOT}/box`, payload: "x", retain: true });
    });

    it("is told why it is not let in", async () => {
      if (broker.stranger === null) return;
      expect(await codeOf(broker.stranger.connect(session(), abort.signal))).toBe("mqtt.bad_credentials");
    });

    it("gives up when it is told to", async () => {
      abort.abort();
      expect(await codeOf(broker.port.connect(session(), abort.signal))).toBe("base.stopped");
    });
  });
}
