// What of a running box goes into a support bundle.

import type { BoxConfig } from "../config/index.ts";
import type { DoctorConsole, EventLog, LogRing } from "../core/index.ts";
import { type BoxConsole, type SupportSource, supportBundle } from "../core/index.ts";
import type { DoctorView, SupportView } from "../protocol/index.ts";
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

const versionsPart = (version: string): SupportSource => {
  const { node, v8, openssl } = process.versions;
  const { platform, arch } = process;
  return { id: "versions", read: () => ({ numberbox: version, node, v8, openssl, platform, arch }) };
};

export interface StoppedSupportDeps {
  readonly version: string;
  readonly doctor: DoctorView;
  /** Null where none was named. */
  readonly config: (() => Promise<BoxConfig>) | null;
  readonly now: number;
}

/** What can be told of a box that does not run. Masked. */
export function stoppedSupport({ version, doctor, config, now }: StoppedSupportDeps): Promise<SupportView> {
  const parts: readonly SupportSource[] = [
    versionsPart(version),
    { id: "doctor", read: () => doctor },
    ...(config === null ? [] : [{ id: "configuration", read: config } as const]),
  ];
  return supportBundle(parts, now);
}

export function startSupport(deps: SupportDeps): readonly Operation[] {
  const { config, version, logs, events, views, doctor, now } = deps;
  const bundle = () =>
    supportBundle(
      [
        versionsPart(version),
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
