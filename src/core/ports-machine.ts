// What the box knows of the machine that it runs on, for alerts, telemetry and the doctor.

import type { Millis } from "../base/index.ts";

export interface DiskFacts {
  /** Bytes that the box may still write; the blocks that are kept for root are not among them. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface MemoryFacts {
  /** What new work can have without swapping (MemAvailable). */
  readonly availableBytes: number;
  readonly totalBytes: number;
  /** 0 without swap. */
  readonly swapUsedBytes: number;
}

/** Each fact is null where this machine does not tell it: another system, a container, no sensor. */
export interface MachineFacts {
  /** Of the file system with the data folder. */
  readonly disk: DiskFacts | null;
  readonly memory: MemoryFacts | null;
  /** Of the hottest sensor, in degrees Celsius. */
  readonly temperatureC: number | null;
  /** Whether the fan is told to run; null without one. */
  readonly fanRuns: boolean | null;
  /** Whether the system clock is kept by a time server. */
  readonly clockSynchronised: boolean | null;
  /** Whether a Raspberry Pi has too little voltage now. */
  readonly undervoltage: boolean | null;
  /** Processes that ran or waited for the disk, on average of one minute. */
  readonly load1: number | null;
  readonly cores: number | null;
  readonly uptime: Millis | null;
  /** Memory of the box's own process. */
  readonly residentBytes: number | null;
}

/** Facts of a machine that tells nothing. */
export const noMachineFacts: MachineFacts = {
  disk: null,
  memory: null,
  temperatureC: null,
  fanRuns: null,
  clockSynchronised: null,
  undervoltage: null,
  load1: null,
  cores: null,
  uptime: null,
  residentBytes: null,
};

export interface MachinePort {
  /** Looks now; takes up to a few seconds. Never rejects: what cannot be read is null. */
  facts(): Promise<MachineFacts>;
}
