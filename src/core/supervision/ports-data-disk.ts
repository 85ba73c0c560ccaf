// Where the box's data lies: on the card, or on a disk of its own that the image moved it to.

import type { MoveOutcome } from "../../protocol/index.ts";

export interface SpareDisk {
  /** As udev serialises it (`ID_SERIAL`); names the disk wherever it is plugged in. */
  readonly id: string;
  readonly model: string;
  readonly bus: "usb" | "nvme";
  /** In bytes. */
  readonly size: number;
  /** What is on it now, by label or by kind of file system; deleted by a move. */
  readonly holds: readonly string[];
}

export interface DataPlace {
  readonly on: "card" | "disk";
  /** Of the disk; null where nobody tells. */
  readonly model: string | null;
  /** What became of the last move. */
  readonly last: MoveOutcome | null;
}

export interface DataDisks {
  /** Null on a machine that cannot move its data. */
  place(): Promise<DataPlace | null>;
  /** Disks that are plugged in and that the box does not run from, by name. */
  disks(): Promise<readonly SpareDisk[]>;
  /** The next start moves the data there; null: it does not. */
  request(id: string | null): Promise<void>;
}

/** Of a machine that somebody else looks after. */
export const noDataDisks: DataDisks = {
  place: async () => null,
  disks: async () => [],
  request: async () => {},
};
