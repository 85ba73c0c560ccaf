// What of a running box goes into a support bundle.

import type { BoxConfig } from "../config/index.ts";
import type { DoctorConsole, EventLog, LogRing } from "../core/index.ts";
import { type BoxConsole, type SupportSource, supportBundle } from "../core/index.ts";
import type { DoctorView, SupportView } from "../protocol/index.ts";
import { type Operation, supportOperations } from "../web/index.ts";
import { readMachineLog } from "./machine-log.ts";

export interface SupportDeps {
  readonly config: BoxConfig;
  readonly version: string;
  readonly logs: LogRing;
  readonly events: EventLog;
  readonly views: BoxConsole;
  readonly doctor: DoctorConsole;
  readonly now: () => number;
  /** Without it: the image's. */
  readonly machineLog?: string;
}

const NEWEST = 300;

const versionsPart = (version: string): SupportSource => {
  const { node, v8, openssl } = process.versions;
  const { platform, arch } = process;
  return { id: "versions", read: () => ({ numberbox: version, node, v8, openssl, platform, arch }) };
};

/** Of the image: warnings and errors of the machine, over starts and power cuts. */
const machineLogPart = (folder?: string): SupportSource => ({
  id: "machine_log",
  read: async () => (await readMachineLog(folder)) ?? [],
});

export interface StoppedSupportDeps {
  readonly version: string;
  readonly doctor: DoctorView;
  /** Null where none was named. */
  readonly config: (() => Promise<BoxConfig>) | null;
  readonly now: number;
  /** Without it: the image's. */
  readonly machineLog?: string;
}

/** What can be told of a box that does not run. Masked. */
export async function stoppedSupport(deps: StoppedSupportDeps): Promise<SupportView> {
  const { version, doctor, config, now, machineLog } = deps;
  // Root and the box's user may read it; for others the part says that it is not available.
  const hasLog = (await readMachineLog(machineLog).catch(() => [])) !== null;
  const parts: readonly SupportSource[] = [
    versionsPart(version),
    { id: "doctor", read: () => doctor },
    ...(config === null ? [] : [{ id: "configuration", read: config } as const]),
    ...(hasLog ? [machineLogPart(machineLog)] : []),
  ];
  return await supportBundle(parts, now);
}

/** What a running box tells. Masked. */
export function runningSupport(deps: SupportDeps): Promise<SupportView> {
  const { config, version, logs, events, views, doctor, now, machineLog } = deps;
  const sources: readonly SupportSource[] = [
    versionsPart(version),
    { id: "doctor", read: () => doctor.examine() },
    { id: "overview", read: () => views.overview() },
    { id: "slots", read: () => views.slots() },
    { id: "configuration", read: () => config },
    { id: "events", read: () => events.list({ after: 0, limit: 500 }).slice(-NEWEST) },
    { id: "log", read: () => logs.list({ after: 0, limit: NEWEST, level: "info" }) },
    ...(config.host.appliance ? [machineLogPart(machineLog)] : []),
  ];
  return supportBundle(sources, now());
}

export function startSupport(deps: SupportDeps): readonly Operation[] {
  return supportOperations({ logs: deps.logs, bundle: () => runningSupport(deps) });
}
