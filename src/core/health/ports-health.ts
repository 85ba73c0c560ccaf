// What the doctor asks of the machine and of the services on it, besides the facts that everybody may have.

import type { Millis, UnixMs } from "../../base/index.ts";

/** A tty as the box's own user finds it. */
export interface PortFacts {
  readonly exists: boolean;
  /** Whether the box may read and write it; false where it does not exist. */
  readonly permitted: boolean;
  /** Name of the group that owns it; null where it is not known. */
  readonly group: string | null;
  /** Another program that has it open; null where none is seen. Of other users' programs only root sees that. */
  readonly heldBy: string | null;
}

export interface HubPort {
  /** As the kernel names it: `1-1-port3`. */
  readonly name: string;
  /** How often the hub cut its power for a short or an overload, since it was plugged in. */
  readonly overCurrents: number;
}

/** What the firmware of a Raspberry Pi remembers, now and since it was started. */
export interface PowerFacts {
  readonly lowNow: boolean;
  readonly lowBefore: boolean;
  readonly throttledNow: boolean;
  readonly throttledBefore: boolean;
}

/** Of the disk with the data folder. Null where it does not tell. */
export interface DiskWear {
  /** Faults that the file system has found since it was last checked. */
  readonly faults: number | null;
  /** Of its planned life, as eMMC tells it in steps of ten; above 100 it is over. */
  readonly usedPercent: number | null;
  /** What is left of the spare blocks. */
  readonly spare: "normal" | "low" | "urgent" | null;
}

/** A systemd unit that is installed. */
export interface UnitFacts {
  readonly name: string;
  /** Whether it should run: enabled, or running already. */
  readonly wanted: boolean;
  readonly state: "active" | "failed" | "inactive" | "changing";
  /** How often systemd started it again. */
  readonly restarts: number;
}

export interface MachineExam {
  port(tty: string): Promise<PortFacts>;
  /** Names of all programs that run, cut to 15 characters by the kernel; null where they are not told. */
  programs(): Promise<ReadonlySet<string> | null>;
  /** Whether udev has rules that keep other programs off the modems. */
  hasModemRules(): Promise<boolean>;
  hubPorts(): Promise<readonly HubPort[]>;
  power(): Promise<PowerFacts | null>;
  wear(): Promise<DiskWear>;
  /** How long small commits to the data folder's disk take; none where there is no such folder. Errors: `disk.read_only`, `disk.full`, `disk.cannot_write`. */
  commitTimes(): Promise<readonly Millis[]>;
  /** Those of `names` that are installed; none where there is no systemd. */
  units(names: readonly string[]): Promise<readonly UnitFacts[]>;
}

export interface HttpAnswer {
  readonly status: number;
  /** Of its `Date` header. */
  readonly date: UnixMs | null;
}

/** Knocks at services. Errors: `service.unreachable`, `service.unknown_host`, `service.bad_certificate`, `base.timeout`. */
export interface ServiceProbe {
  /** Connects and hangs up. */
  tcp(address: { readonly host: string; readonly port: number }): Promise<void>;
  /** Asks by GET, without following redirects; any status is an answer. */
  http(url: string): Promise<HttpAnswer>;
}
