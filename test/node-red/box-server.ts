// The box's real web server over a fake box, on the real clock, with a token for Node-RED.

import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createApiToken, setPassword, startWeb, type WebOptions } from "../../src/web/index.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { FakeFleet } from "../sim/fake-fleet.ts";
import { FakePhones } from "../sim/fake-phones.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import type { FlowNode } from "./node-red-rig.ts";

export interface BoxServer {
  readonly url: string;
  readonly box: FakeBoxConsole;
  readonly fleet: FakeFleet;
  readonly settings: MemorySettings;
  /** The config node of this box. */
  readonly node: FlowNode;
  stop(): Promise<void>;
}

type More = Partial<Omit<WebOptions, "box" | "settings">> & Partial<Pick<BoxServer, "box" | "settings">>;

export async function startBoxServer(more: More = {}): Promise<BoxServer> {
  const { settings = new MemorySettings(), box = new FakeBoxConsole({ clock: systemClock, slots: 4 }) } = more;
  const fleet = new FakeFleet({ clock: systemClock, box });
  const web = await startWeb({
    listen: { host: "127.0.0.1", port: 0 },
    ...{ box, fleet, ussd: fleet, settings, clock: systemClock, random: systemRandom, log: silentLogger },
    ...{ phones: new FakePhones({ clock: systemClock }), pages: "/nowhere" },
    ...more,
    ...{ box, settings },
  });
  const name = `flows-${new URL(web.url).port}-${(await settings.getSetting("web.tokens"))?.length ?? 0}`;
  const token = await createApiToken({ settings, random: systemRandom, name, scopes: ["read", "operate"] });
  await setPassword({ settings, random: systemRandom, password: "seven quiet otters" });
  const node = { id: "box", type: "numberbox", name: "", url: web.url, credentials: { token } };
  return { url: web.url, box, fleet, settings, node, stop: () => web.stop() };
}
