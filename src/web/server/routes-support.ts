// REST: the last lines of the log, and what support wants to see.

import { z } from "zod";
import type { LogRing } from "../../core/index.ts";
import { logsView, type SupportView, supportView } from "../../protocol/index.ts";
import { pageQuery } from "./exchange.ts";
import { type Operation, operation } from "./operation.ts";

export interface SupportConsole {
  readonly logs: Pick<LogRing, "list" | "last">;
  bundle(): Promise<SupportView>;
}

const logsQuery = pageQuery.extend({ level: z.enum(["debug", "info", "warn", "error"]).default("info") });

export function supportOperations({ logs, bundle }: SupportConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/logs", scope: "manage", tag: "Support", query: logsQuery, reply: logsView },
      summary: "The newest lines of the log",
      run: ({ query }) => ({
        lines: logs.list(query).map(({ fields, ...line }) => ({
          ...line,
          fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? null])),
        })),
        next: logs.last,
      }),
    }),
    operation({
      ...{ method: "get", path: "/support", scope: "manage", tag: "Support", reply: supportView },
      summary: "What support wants to see, in parts to be read before they leave the box",
      description: "Numbers, keys, passwords and texts of SMS are in none of the parts.",
      run: () => bundle(),
    }),
  ];
}
