// What of a running box goes into a support bundle.

import type { BoxConfig } from "../config/index.ts";
import type { DoctorConsole, EventLog, LogRing } from "../core/index.ts";
import { type BoxConsole, supportBundle } from "../core/index.ts";
import { type Operation, supportOperations } from "../web/index.ts";

export interface SupportDeps {
  readonly config: BoxConfig;
  readonly version: string;
  readonly logs: LogRing;
  readonly events: EventLog;
  readonly views: BoxConsole;
  readonly doctor: DoctorConsole;
  readonly now: () => number;
}

const NEWEST = 300;

export function startSupport(deps: SupportDeps): readonly Operation[] {
  const { config, version, logs, events, views, doctor, now } = deps;
  const { node, v8, openssl } = process.versions;
  const bundle = () =>
    supportBundle(
      [
        {
          id: "versions",
          read: () => ({ numberbox: version, node, v8, openssl, platform: process.platform, arch: process.arch }),
        },
        { id: "doctor", read: () => doctor.examine() },
        { id: "overview", read: () => views.overview() },
        { id: "slots", read: () => views.slots() },
        { id: "configuration", read: () => config },
        { id: "events", read: () => events.list({ after: 0, limit: 500 }).slice(-NEWEST) },
        { id: "log", read: () => logs.list({ after: 0, limit: NEWEST, level: "info" }) },
      ],
      now(),
    );
  return supportOperations({ logs, bundle });
}
