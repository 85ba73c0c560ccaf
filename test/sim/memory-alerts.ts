// An AlertStore in memory, which can fail the way disks do.

import { AppError, type UnixMs } from "../../src/base/index.ts";
import type { Alert, AlertStore } from "../../src/core/index.ts";

export class MemoryAlerts implements AlertStore {
  readonly #rows = new Map<string, { alert: Alert; open: boolean }>();
  writes = 0;
  full = false;

  async openAlerts(): Promise<readonly Alert[]> {
    const open = [...this.#rows.values()].filter((row) => row.open).map(({ alert }) => alert);
    return open.sort((a, b) => a.raisedAt - b.raisedAt || a.id.localeCompare(b.id));
  }

  async saveAlerts(alerts: readonly { alert: Alert; open: boolean }[]): Promise<void> {
    if (this.full) throw new AppError("store.full", "the disk is full", { retryable: true });
    if (alerts.length > 0) this.writes++;
    for (const row of alerts) this.#rows.set(row.alert.id, row);
  }

  async alertHistory(before: UnixMs | null, limit: number): Promise<readonly Alert[]> {
    return this.#newest()
      .filter(({ alert }) => before === null || alert.raisedAt < before)
      .slice(0, limit)
      .map(({ alert }) => alert);
  }

  async pruneAlerts(keep: number): Promise<void> {
    for (const { alert } of this.#newest()
      .filter(({ open }) => !open)
      .slice(keep))
      this.#rows.delete(alert.id);
  }

  #newest() {
    return [...this.#rows.values()].sort(
      (a, b) => b.alert.raisedAt - a.alert.raisedAt || b.alert.id.localeCompare(a.alert.id),
    );
  }
}
