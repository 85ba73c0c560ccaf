// The config node `numberbox`: one box with its address and token, shared by the nodes of all flows.

import { z } from "zod";
import type { Clock, LogFields, Logger, Random } from "../base/index.ts";
import { parseWith } from "../protocol/index.ts";
import { accessOf } from "./box-access.ts";
import { BoxLink } from "./box-link.ts";
import type { OpenFeedSocket } from "./feed-socket.ts";
import type { RedApi, RedNode } from "./red-api.ts";
import type { Fetch } from "./rest-client.ts";

export interface BoxNodePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly open: OpenFeedSocket;
  /** A file's text. */
  readonly read: (file: string) => Promise<string>;
}

export const BOX_TYPE = "numberbox";

const settings = z.object({ url: z.string().trim().default("") });
const credentials = z.object({ token: z.string().trim().default("") }).default({ token: "" });
/** What the box writes into the settings of its own Node-RED. */
const runtimeSettings = z.object({ numberbox: z.object({ access: z.string().min(1) }) });

export function registerBox(red: RedApi, ports: BoxNodePorts): void {
  red.nodes.registerType(
    BOX_TYPE,
    function boxNode(this: RedNode & { link?: BoxLink }, definition: unknown) {
      red.nodes.createNode(this, definition);
      const { url } = parseWith(settings, definition, "node_red.bad_settings", "the numberbox node's settings");
      const { token } = parseWith(credentials, this.credentials, "node_red.bad_settings", "the token");
      const own = runtimeSettings.safeParse({ numberbox: red.settings.numberbox });
      const file = own.success ? own.data.numberbox.access : null;
      const access = accessOf({ url, token, file }, ports.read);
      const link = new BoxLink({ ...ports, log: nodeLogger(this), access });
      this.link = link;
      link.start();
      this.on("close", (_removed, done) => {
        link.stop();
        done();
      });
    },
    { credentials: { token: { type: "password" } } },
  );
}

/** Node-RED's log of a node; field values are safe by type. */
function nodeLogger(node: RedNode): Logger {
  const text = (event: string, fields: LogFields = {}): string => `${event} ${JSON.stringify(fields)}`;
  const logger: Logger = {
    debug: () => {},
    info: (event, fields) => node.log(text(event, fields)),
    warn: (event, fields) => node.warn(text(event, fields)),
    error: (event, fields) => node.error(text(event, fields)),
    child: () => logger,
  };
  return logger;
}
